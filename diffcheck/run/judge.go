package run

import (
	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
)

// Judge says what each dialect makes of a trace. The report is valid until
// the next call. A Judge belongs to one goroutine.
type Judge interface {
	Trace(tr *script.Trace) *judge.Report
	// Brief is Trace without words: deviations say only where and under which
	// dialect.
	Brief(tr *script.Trace) *judge.Report
}
