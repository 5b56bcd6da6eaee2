// Package offline keeps a copy of an organization's phone numbers in this browser, with what the person edited, whether there
// is a network or not (N13). It is the host of a replica.Engine: it reads and writes the store (IndexedDB), asks the server,
// and shares store and work with the other tabs of the browser.
//
// Pages use a Copy:
//
//	copy := offline.Open(session, org) // nil where none is kept
//	stop := copy.Observe(func(c offline.Change) { … })
//	copy.Edit(replica.NewEdit{Op: replica.Set, Rows: rows, Set: fields}, func(u replica.Uid, why string) { … })
//
// All of it is for one thread, as a browser has one. What is told to callers comes later, never from within their call.
package offline
