package store

// Stats are counters since Open, for metrics.
type Stats struct {
	Commits     int64 // transactions committed by the writer
	Requests    int64 // requests that were part of them
	Refused     int64 // requests whose function gave an error or panicked
	Failed      int64 // transactions that could not commit
	LargestRun  int64 // most requests in one commit
	Checkpoints int64 // truncating checkpoints
	Waiting     int   // requests waiting now
	Reading     int   // Views running now
	WAL         int64 // bytes of the WAL
	Disk        Disk
}

// Stats reads the counters.
func (db *DB) Stats() Stats {
	s := Stats{Reading: len(db.tokens), WAL: fileSize(db.path + "-wal"), Disk: db.Disk()}
	if w := db.writer; w != nil {
		s.Commits, s.Requests, s.Refused = w.commits.Load(), w.requests.Load(), w.refused.Load()
		s.Failed, s.LargestRun, s.Checkpoints = w.failed.Load(), w.largest.Load(), w.checkpoints.Load()
		s.Waiting = len(w.ordinary) + len(w.urgent)
	}
	return s
}
