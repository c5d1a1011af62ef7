package main

import (
	"fmt"
	"io"

	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/spec"
	"github.com/connspec/connspec/spec/documents"
)

type clausesCommand struct {
	Document dialectName `placeholder:"D" help:"Only this document: posix, linux, macos, osx or targettcp."`
}

func (c *clausesCommand) Run(w io.Writer) error {
	var list []spec.Clause
	for _, clause := range documents.All() {
		if c.Document.covers(clause.Document) {
			list = append(list, clause)
		}
	}
	report.Clauses(w, list)
	fmt.Fprintf(w, "\n%d clauses\n", len(list))
	return nil
}
