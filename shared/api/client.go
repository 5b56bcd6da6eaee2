package api

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"countersign/shared/errs"
)

// Call is one HTTP request as a Transport sends it.
type Call struct {
	Method string
	Path   string            // with query
	Header map[string]string // JSON content type, kind of caller, language
	Body   []byte            // nil without one
}

// Answer is what came back, whatever its status.
type Answer struct {
	Status int
	Body   []byte
}

// Transport carries calls: fetch in the browser, net/http elsewhere. An error means that no answer came; it is then
// unknown whether the call took effect.
type Transport interface {
	Do(context.Context, Call) (Answer, error)
}

// Client calls endpoints as one kind of caller in one language.
type Client struct {
	Transport Transport
	As        As
	Locale    string
}

// Refusal is an answer other than 200, as the server told it.
type Refusal struct{ Problem }

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Detail) }

// Offline is the error of a call that got no answer.
type Offline struct{ Cause error }

func (o *Offline) Error() string { return "no answer: " + o.Cause.Error() }
func (o *Offline) Unwrap() error { return o.Cause }

// Do calls the endpoint. Its error is a *Refusal when the server answered, an *Offline when it did not.
func (e Endpoint[In, Out]) Do(ctx context.Context, c *Client, in In) (Out, error) {
	var out Out
	err := c.Call(ctx, e.Spec, in, &out)
	return out, err
}

// Call is Endpoint.Do without its types: in is the input of the endpoint, out points to its output. Code that is made
// for many endpoints calls it, because the compiler copies generic code for each type, which a browser has to load.
func (c *Client) Call(ctx context.Context, s Spec, in, out any) error {
	call, err := s.encode(in)
	if err != nil {
		return err
	}
	call.Header[HeaderAs] = string(c.As)
	if c.Locale != "" {
		call.Header["Accept-Language"] = c.Locale
	}
	ans, err := c.Transport.Do(ctx, call)
	if err != nil {
		return &Offline{err}
	}
	if ans.Status < 200 || ans.Status > 299 {
		return refusal(ans)
	}
	if len(ans.Body) == 0 {
		return nil
	}
	if blob, ok := out.(*Blob); ok {
		blob.Data = ans.Body
		return nil
	}
	if err := json.Unmarshal(ans.Body, out); err != nil {
		return fmt.Errorf("read answer of %s: %w", s.Name, err)
	}
	return nil
}

func refusal(ans Answer) error {
	r := &Refusal{}
	if json.Unmarshal(ans.Body, &r.Problem) != nil || r.Code == "" {
		r.Code = string(errs.Internal)
		r.Detail = strings.TrimSpace(string(ans.Body))
	}
	r.Status = ans.Status
	return r
}

// Encode makes the request of the endpoint for an input: path parameters filled in, zero query parameters left out.
func (e Endpoint[In, Out]) Encode(in In) (Call, error) { return e.encode(in) }

func (s Spec) encode(in any) (Call, error) {
	call := Call{Method: s.Method, Path: s.Path, Header: map[string]string{}}
	var query []string
	if err := s.fill(&call, &query, reflect.ValueOf(in)); err != nil {
		return call, err
	}
	if strings.Contains(call.Path, "{") {
		return call, fmt.Errorf("%s: a path parameter of %s is missing", s.Name, call.Path)
	}
	if len(query) > 0 {
		call.Path += "?" + strings.Join(query, "&")
	}
	return call, nil
}

func (s Spec) fill(call *Call, query *[]string, v reflect.Value) error {
	t := v.Type()
	for i := range t.NumField() {
		f, fv := t.Field(i), v.Field(i)
		switch {
		case f.Anonymous:
			if err := s.fill(call, query, fv); err != nil {
				return err
			}
		case f.Name == "Body":
			body, err := json.Marshal(fv.Interface())
			if err != nil {
				return fmt.Errorf("write body of %s: %w", s.Name, err)
			}
			call.Body, call.Header["Content-Type"] = body, "application/json"
		case f.Tag.Get("path") != "":
			value := text(fv)
			if value == "" {
				return fmt.Errorf("%s: path parameter %s is empty", s.Name, f.Name)
			}
			call.Path = strings.Replace(call.Path, "{"+f.Tag.Get("path")+"}", escape(value), 1)
		case f.Tag.Get("header") != "":
			call.Header[f.Tag.Get("header")] = text(fv)
		case f.Tag.Get("query") != "" && !fv.IsZero():
			*query = append(*query, f.Tag.Get("query")+"="+escape(text(fv)))
		}
	}
	return nil
}

func text(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	}
	panic("api: parameter of kind " + v.Kind().String())
}

// escape percent-encodes all but the unreserved characters of RFC 3986, section 2.3. (net/url is not imported here
// for its size in the browser.)
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
