//go:build !js

package ui

import "countersign/shared/i18n"

// Outside browsers the sentences are part of the program.
func bootSentences(i18n.Locale)       {}
func bringSentences(i18n.Locale) bool { return true }
