package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"countersign/backend/store"
	"countersign/shared/errs"
)

// keepAnswers is how long a call that comes again with its key is answered as it was.
const keepAnswers = 24 * time.Hour

// once does what a system asks for with a key, or answers as before when it asks for it again. Both happen in one
// transaction, so that an answer is kept exactly if its call took effect. A refusal is not kept: nothing happened.
func once[Out any](tx *Tx, key string, asked any, do func() (Out, error)) (out Out, err error) {
	b, err := json.Marshal(asked)
	if err != nil {
		return out, fmt.Errorf("write what is asked: %w", err)
	}
	hash := sha256.Sum256(b)
	sum := hex.EncodeToString(hash[:])
	before, err := tx.Answered(tx, tx.Machine.ID, key)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return out, err
	}
	if err == nil && tx.Now().Sub(before.At) < keepAnswers {
		if before.Sum != sum {
			return out, errs.BadField("header.Idempotency-Key", "provider.error.key_used")
		}
		if err := json.Unmarshal([]byte(before.Answer), &out); err != nil {
			return out, fmt.Errorf("read the kept answer: %w", err)
		}
		return out, nil
	}
	if out, err = do(); err != nil {
		return out, err
	}
	answer, err := json.Marshal(out)
	if err != nil {
		return out, fmt.Errorf("write the answer: %w", err)
	}
	return out, tx.KeepAnswer(tx, tx.Machine.ID, key, store.Answered{Sum: sum, Answer: string(answer)})
}
