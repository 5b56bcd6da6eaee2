package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// X07: the document tells of the refusal of old programs where there is one, which is where the body names the protocol
// that the caller speaks, and nowhere else.
func TestDocumentTellsWhereOldProgramsAreRefused(t *testing.T) {
	w := backendtest.New(t)
	var doc struct {
		Paths map[string]map[string]struct {
			Responses   map[string]any
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						Ref        string `json:"$ref"`
						Properties map[string]any
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(send(w.Server, request("GET", "/api/openapi.json", "", nil)).body, &doc); err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, spec := range api.Specs() {
		op := doc.Paths[spec.Path][strings.ToLower(spec.Method)]
		body := op.RequestBody.Content["application/json"].Schema
		fields := body.Properties
		if body.Ref != "" {
			fields = doc.Components.Schemas[strings.TrimPrefix(body.Ref, "#/components/schemas/")].Properties
		}
		_, names := fields["schema"]
		if _, tells := op.Responses["426"]; tells != names {
			t.Errorf("%s: names a protocol %v, tells of its refusal %v", spec.Name, names, tells)
		} else if tells {
			told++
		}
	}
	marie, device := w.As(w.Marie), id.Device(absent)
	in := api.Org{Org: w.Acme}
	_, pushed := backendtest.Call(marie, api.SyncPush, api.SyncPushIn{Org: in, Body: replica.Push{Client: device, Mutations: []replica.Mutation{}}})
	_, pulled := backendtest.Call(marie, api.SyncPull, api.SyncPullIn{Org: in, Body: replica.Pull{Client: device, FirstMid: 1}})
	for _, err := range []error{pushed, pulled} {
		if backendtest.Refused(t, err, errs.Upgrade).Status != http.StatusUpgradeRequired {
			t.Error(err)
		}
		told--
	}
	if told != 0 {
		t.Errorf("the document tells of %d refusals too many", told)
	}
}

// X07: the document tells what webhooks are sent.
func TestDocumentTellsOfWebhooks(t *testing.T) {
	w := backendtest.New(t)
	var doc struct {
		Webhooks map[string]map[string]struct {
			Parameters  []struct{ Name string }
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(send(w.Server, request("GET", "/api/openapi.json", "", nil)).body, &doc); err != nil {
		t.Fatal(err)
	}
	op := doc.Webhooks["event"]["post"]
	body := doc.Components.Schemas[strings.TrimPrefix(op.RequestBody.Content["application/json"].Schema.Ref, "#/components/schemas/")].Properties
	if len(op.Parameters) != 3 || body["type"] == nil || body["timestamp"] == nil || body["data"] == nil {
		t.Errorf("%+v with %v", op, body)
	}
}
