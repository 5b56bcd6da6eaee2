package inventory

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"countersign/shared/replica"
)

// Link is the chain after a change: it depends on every change up to this one, so that two histories which once differed
// never have the same chain again.
func Link(before [8]byte, p *Past) [8]byte {
	var room [512]byte
	b := append(room[:0], before[:]...)
	b = binary.AppendVarint(b, p.Seq)
	b = appendText(b, p.Kind, p.ID, string(p.Uid))
	b = appendRow(b, &p.Change)
	sum := sha256.Sum256(b)
	return [8]byte(sum[:8])
}

// appendRow appends all that a row holds, each part with its length.
func appendRow(b []byte, ch *replica.Change) []byte {
	switch {
	case ch.Del:
		return append(b, 0)
	case ch.Number != nil:
		n := ch.Number
		b = appendText(append(b, 1), string(n.E164), n.CallPurpose, n.DisplayName, string(n.BusinessUnit), string(n.Program), string(n.Status))
		return binary.AppendVarint(b, n.Ver)
	case ch.Unit != nil:
		b = appendText(append(b, 2), ch.Unit.Name)
		return binary.AppendVarint(b, ch.Unit.Ver)
	case ch.Program != nil:
		p := ch.Program
		b = appendText(append(b, 3), string(p.BusinessUnit), p.DisplayName, p.CallPurpose)
		b = binary.AppendVarint(b, p.Starts.UnixMilli())
		b = binary.AppendVarint(b, p.Ends.UnixMilli())
		return binary.AppendVarint(b, p.Ver)
	case ch.Purpose != nil:
		p := ch.Purpose
		b = append(b, 4)
		for _, lang := range slices.Sorted(maps.Keys(p.Labels)) {
			b = appendText(b, lang, p.Labels[lang])
		}
		b = append(b, flag(p.NeverPlaces), flag(p.Retired))
		return binary.AppendVarint(b, int64(p.Position))
	default:
		return b
	}
}

func appendText(b []byte, parts ...string) []byte {
	for _, s := range parts {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}
