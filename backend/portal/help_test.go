package portal_test

import (
	"encoding/csv"
	"strings"
)

func splitLines(s string) []string { return strings.Split(strings.TrimSuffix(s, "\r\n"), "\r\n") }

func splitCells(line string) []string {
	cells, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return []string{"=not CSV: " + err.Error()}
	}
	return cells
}
