//go:build !mutants

package simulate

import (
	"os/exec"
	"testing"
)

// TestMutantsDie runs the mutants, which a build tag makes, until each of them is caught once.
func TestMutantsDie(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "test", "-tags", "mutants", ".", "-count", "1", "-v", "-run", "^TestMutants$",
		"-args", "-sample", "0", "-most", "20000").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
