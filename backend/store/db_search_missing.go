//go:build !sqlite_fts5 && !fts5

package store

// searches says that the program was built without SQLite's full-text search, so that no store can be opened.
const searches = false
