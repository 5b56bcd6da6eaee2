//go:build sqlite_fts5 || fts5

package store

// searches says that the program was built with SQLite's full-text search.
const searches = true
