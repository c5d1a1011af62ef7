package main

import (
	"fmt"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/spec"
)

// targetList is the value of --targets.
type targetList struct{ kinds []run.Kind }

func (t *targetList) UnmarshalText(text []byte) (err error) {
	t.kinds, err = run.ParseKinds(string(text))
	return err
}

// dialectName is the value of --dialect and --document; not set is all.
type dialectName struct {
	set     bool
	dialect spec.Dialect
}

func (d *dialectName) UnmarshalText(text []byte) error {
	found, ok := spec.ParseDocument(string(text))
	if !ok {
		return fmt.Errorf("unknown document %q: expected posix, linux, macos, osx or targettcp", text)
	}
	d.set, d.dialect = true, found
	return nil
}

// covers reports whether the flag leaves d in.
func (d *dialectName) covers(other spec.Dialect) bool { return !d.set || d.dialect == other }
