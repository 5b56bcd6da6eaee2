package server_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"

	"github.com/google/go-cmp/cmp"
)

// X07: what the document shows is what the server does: the examples are sent in their order, and the answers are those
// that are shown, but for identifiers and times. Every endpoint for tokens has one.
func TestExamplesAreWhatTheServerAnswers(t *testing.T) {
	w := backendtest.New(t)
	system := w.System(api.Scopes()...)
	shown := document(t, w)
	seen := map[string]bool{}
	for _, e := range api.Examples() {
		call, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := system.Do(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if _, nothing := e.Answer.(api.None); nothing {
			if got.Status != http.StatusNoContent {
				t.Errorf("%s: %d %s", e.Spec.Name, got.Status, got.Body)
			}
		} else {
			want, err := json.Marshal(e.Answer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(normal(t, want), normal(t, got.Body)); diff != "" {
				t.Errorf("%s answers %d, unlike its example (-want +got):\n%s", e.Spec.Name, got.Status, diff)
			}
		}

		// Sent again, it is no other effect and the same answer, but that nothing is new.
		again, err := system.Do(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Replace(string(got.Body), `"created":true`, `"created":false`, 1); again.Status != got.Status || string(again.Body) != want {
			t.Errorf("%s sent again: %d %s, want %s", e.Spec.Name, again.Status, again.Body, want)
		}
		if !seen[e.Spec.Name] {
			checkShown(t, shown, &e, call)
		}
		seen[e.Spec.Name] = true
	}
	for _, s := range api.Specs() {
		if s.Policy.Scope != "" && !seen[s.Name] {
			t.Errorf("%s has no example", s.Name)
		}
	}
	w.Verify()
}

type operationDoc struct {
	Security   []map[string][]string
	Parameters []struct {
		Name, In string
		Example  any
	}
	RequestBody struct {
		Content map[string]struct{ Example any }
	}
	Responses map[string]struct {
		Content map[string]struct{ Example any }
	}
}

func document(t *testing.T, w *backendtest.World) map[string]map[string]operationDoc {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]operationDoc
	}
	if err := json.Unmarshal(send(w.Server, request("GET", "/api/openapi.json", "", nil)).body, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Paths
}

// checkShown holds the document against an example.
func checkShown(t *testing.T, doc map[string]map[string]operationDoc, e *api.Example, call api.Call) {
	t.Helper()
	op := doc[e.Spec.Path][strings.ToLower(e.Spec.Method)]
	if len(op.Security) != 1 || !reflect.DeepEqual(op.Security[0]["token"], []string{string(e.Spec.Policy.Scope)}) {
		t.Errorf("%s is open to %v", e.Spec.Name, op.Security)
	}
	for _, p := range op.Parameters {
		if p.In != "query" && p.Example == nil {
			t.Errorf("%s shows no %s", e.Spec.Name, p.Name)
		}
	}
	var body, answer any
	if call.Body != nil {
		if err := json.Unmarshal(call.Body, &body); err != nil {
			t.Fatal(err)
		}
	}
	if _, nothing := e.Answer.(api.None); !nothing {
		b, _ := json.Marshal(e.Answer)
		if err := json.Unmarshal(b, &answer); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(body, op.RequestBody.Content["application/json"].Example); diff != "" {
		t.Errorf("%s shows another request:\n%s", e.Spec.Name, diff)
	}
	if diff := cmp.Diff(answer, op.Responses["200"].Content["application/json"].Example); diff != "" {
		t.Errorf("%s shows another answer:\n%s", e.Spec.Name, diff)
	}
}

var (
	uuids = regexp.MustCompile(`"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"`)
	times = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+Z"`)
	until = regexp.MustCompile(`,?"until":"T"`)
)

// normal is an answer with all identifiers and all times the same.
func normal(t *testing.T, body []byte) (v any) {
	t.Helper()
	s := until.ReplaceAllString(times.ReplaceAllString(uuids.ReplaceAllString(string(body), `"I"`), `"T"`), "")
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}
