//go:build !js

package e2e

import (
	"fmt"
	"strings"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/number"
)

// upload gives Acme numbers that follow each other, by a file as people upload one.
func (s *stock) upload(n int) {
	s.t.Helper()
	var b strings.Builder
	b.WriteString("number,call purpose,display name\n")
	for i := range n {
		fmt.Fprintf(&b, "%s,Survey,Line %d\n", s.at(i), i)
	}
	file := []byte(b.String())
	marie := s.As(s.Marie)
	in := api.AddFileIn{Org: api.Org{Org: s.Acme}}
	in.Body.File, in.Body.Bytes = "numbers.csv", int64(len(file))
	up := backendtest.Must(backendtest.Call(marie, api.AddNumberFile, in))
	job := api.JobIn{Org: api.Org{Org: s.Acme}, Job: up.Job.ID}
	for i := range up.Parts {
		part := api.JobPartIn{JobIn: job, N: i}
		part.Body.Data = file[i*up.PartBytes : min((i+1)*up.PartBytes, len(file))]
		backendtest.Must(backendtest.Call(marie, api.PutJobPart, part))
	}
	backendtest.Must(backendtest.Call(marie, api.RunJob, job))
	every := time.NewTicker(200 * time.Millisecond)
	defer every.Stop()
	for range every.C {
		j := backendtest.Must(backendtest.Call(marie, api.GetJob, job))
		if j.State.Ended() {
			if j.State != api.JobDone || j.Applied != n {
				s.t.Fatalf("%d of %d numbers were added: %+v", j.Applied, n, j)
			}
			return
		}
	}
}

// stock is a stage whose Acme has numbers.
type stock struct {
	*stage
	first uint64
}

func (s *stage) stocked(n int) *stock {
	s.t.Helper()
	x := &stock{s, 33970000000}
	x.upload(n)
	return x
}

// at is the i-th number.
func (s *stock) at(i int) number.E164 { return number.FromUint64(s.first + uint64(i)) }

// kept are all numbers that the portal has of Acme.
func (s *stage) kept() map[number.E164]api.NumberRow {
	s.t.Helper()
	all := map[number.E164]api.NumberRow{}
	in := api.NumbersIn{Org: api.Org{Org: s.Acme}}
	in.Limit = 500
	for {
		page := backendtest.Must(backendtest.Call(s.As(s.Marie), api.ListNumbers, in))
		for _, r := range page.Numbers {
			all[r.E164] = r
		}
		if in.After = page.Next; in.After == "" {
			return all
		}
	}
}

// numbersReady waits until the dashboard lists so many numbers.
func numbersReady(tab *uitest.Tab, n string) {
	tab.Wait(`document.querySelector("#numbers [role=row][aria-rowindex]") && document.querySelector(".numbers").innerText.includes(` + js(n) + `)`)
	tab.Settle()
}
