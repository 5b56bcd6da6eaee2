//go:build !js

package i18n

import _ "embed"

// What only the server says: mails, sign-in pages and most refusals. Browsers get those sentences ready-made, so that
// their program need not hold them.

//go:embed en_server.txt
var enServer string

//go:embed fr_server.txt
var frServer string
