package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"countersign/shared/api"

	"github.com/danielgtaylor/huma/v2"
)

// showExamples puts the examples into the document. Of an endpoint with several the first stands there.
func showExamples(doc *huma.OpenAPI, list []api.Example) error {
	for i := range list {
		e := &list[i]
		op := operationOf(doc.Paths[e.Spec.Path], e.Spec.Method)
		if op == nil {
			return fmt.Errorf("%s has an example and is not in the document", e.Spec.Name)
		}
		call, err := e.Encode()
		if err != nil {
			return err
		}
		if err := showExample(op, e, &call); err != nil {
			return err
		}
	}
	return nil
}

func operationOf(item *huma.PathItem, method string) *huma.Operation {
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPut: item.Put, http.MethodPost: item.Post,
		http.MethodDelete: item.Delete, http.MethodPatch: item.Patch}[method]
}

func showExample(op *huma.Operation, e *api.Example, call *api.Call) error {
	values, err := parameters(e.Spec.Path, call)
	if err != nil {
		return err
	}
	for _, p := range op.Parameters {
		if v, ok := values[p.In+"."+p.Name]; ok && p.Example == nil {
			p.Example = v
		}
	}
	if op.RequestBody != nil && call.Body != nil {
		if m := op.RequestBody.Content["application/json"]; m.Example == nil {
			m.Example = json.RawMessage(call.Body)
		}
	}
	if _, nothing := e.Answer.(api.None); nothing {
		return nil
	}
	answer, err := json.Marshal(e.Answer)
	if err != nil {
		return fmt.Errorf("write the answer of the example of %s: %w", e.Spec.Name, err)
	}
	if m := op.Responses["200"].Content["application/json"]; m.Example == nil {
		m.Example = json.RawMessage(answer)
	}
	return nil
}

// parameters are what a call gives for those of a path, of the query and in headers.
func parameters(pattern string, call *api.Call) (map[string]string, error) {
	values := map[string]string{}
	path, query, _ := strings.Cut(call.Path, "?")
	given := strings.Split(path, "/")
	for i, part := range strings.Split(pattern, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			v, err := url.PathUnescape(given[i])
			if err != nil {
				return nil, err
			}
			values["path."+strings.TrimSuffix(name, "}")] = v
		}
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return nil, err
	}
	for name := range q {
		values["query."+name] = q.Get(name)
	}
	for name, v := range call.Header {
		values["header."+name] = v
	}
	return values, nil
}
