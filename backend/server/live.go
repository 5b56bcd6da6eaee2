package server

import (
	"net/http"
	"reflect"
	"strconv"

	"countersign/backend/hub"
	"countersign/backend/login"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
)

var frameType = reflect.TypeFor[live.Frame]()

// live opens a websocket. A browser can't set headers there, so the query says which kind of caller is meant; who may
// listen is read from current rows, and the hub checks where the page comes from.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	rq := requestOf(r.Context())
	rq.action = api.Live.Name
	if err := checkQuery(r.URL.RawQuery); err != nil {
		s.refuse(w, r, err)
		return
	}
	in, err := liveInput(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	rq.as, rq.org = in.As, in.Org
	cred := s.credential(r, in.As, in.Org)
	if err := s.buckets.take(api.Live.Rate, callerKey(cred), login.Prefix(rq.address)); err != nil {
		s.refuse(w, r, err)
		return
	}
	sub, err := s.svc.Subscribe(r.Context(), cred, in)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	_, sub.Bearer = bearer(r)
	if err := s.hub.Serve(w, r, sub); err != nil {
		s.refuse(w, r, err)
	}
}

func liveInput(r *http.Request) (api.LiveIn, error) {
	in := api.LiveIn{After: hub.Latest}
	for name, values := range r.URL.Query() {
		value := values[0]
		switch name {
		case "as":
			in.As = asOf(value)
		case "org":
			in.Org = id.Organization(value)
			if !id.Valid(in.Org) {
				return in, errs.BadField("query.org", "error.field.uuid")
			}
		case "after":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < hub.Latest {
				return in, errs.BadField("query.after", "error.field.number")
			}
			in.After = n
		default:
			return in, errs.BadField("query."+name, "error.field.unknown")
		}
	}
	if in.As == "" {
		return in, errs.BadField("query.as", "error.field.required")
	}
	return in, nil
}
