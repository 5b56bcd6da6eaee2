package store

import (
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
)

// once reads what a transaction asks for again and again, absent things too.
func once[K comparable, T any](kept map[K]*T, key K, read func() (*T, error)) (*T, error) {
	if v, ok := kept[key]; ok {
		return v, nil
	}
	v, err := maybe(read())
	if err == nil {
		kept[key] = v
	}
	return v, err
}

func (s *numbers) Unit(u id.BusinessUnit) (*number.Unit, error) {
	return once(s.units, u, func() (*number.Unit, error) { return s.tx.BusinessUnit(s.ctx, s.org, u) })
}

func (s *numbers) Program(p id.Program) (*number.Program, error) {
	return once(s.programs, p, func() (*number.Program, error) { return s.tx.Program(s.ctx, s.org, p) })
}

func (s *numbers) Purpose(key string) (*number.Purpose, error) {
	return once(s.purposes, key, func() (*number.Purpose, error) { return s.tx.Purpose(s.ctx, key) })
}

func (s *numbers) Units() ([]number.Unit, error)       { return s.tx.BusinessUnits(s.ctx, s.org) }
func (s *numbers) Programs() ([]number.Program, error) { return s.tx.Programs(s.ctx, s.org) }
func (s *numbers) Purposes() ([]number.Purpose, error) { return s.tx.Purposes(s.ctx) }

// maybe gives nil for what is absent.
func maybe[T any](v *T, err error) (*T, error) {
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}
