package inventory

import (
	"encoding/json"

	"countersign/shared/replica"
)

func appendFrame(dst []byte, rows []replica.Change) []byte {
	b, _ := json.Marshal(rows)
	return append(dst, b...)
}
