package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/connspec/connspec/diffcheck/coverage"
	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/model"
)

type rulesCommand struct {
	Dialect        dialectName `placeholder:"D" help:"Only the rules of this dialect: posix, linux, macos, osx or targettcp."`
	Contradictions bool        `help:"List on what the documents, or a document and its system, do not agree."`
}

func (c *rulesCommand) Run(w io.Writer) error {
	if c.Contradictions {
		return c.contradictions(w)
	}
	list := model.Rules()
	if c.Dialect.set {
		list = model.RulesOf(c.Dialect.dialect)
	}
	walk := coverage.Walk()
	report.Rules(w, list, walk)
	fmt.Fprintf(w, "\n%d rules; answers: how many a dialect leaves where the rule applies, on average\n\n", len(list))
	report.Answers(w, walk)
	if left := model.NotModelled(); len(left) > 0 && !c.Dialect.set {
		fmt.Fprintln(w, "\nnot modelled:")
		for _, reason := range left {
			fmt.Fprintf(w, "  %s\n", reason)
		}
	}
	return nil
}

// contradictions lists those that concern the dialect, or all.
func (c *rulesCommand) contradictions(w io.Writer) error {
	var list []model.Contradiction
	for _, entry := range model.Contradictions() {
		if slices.ContainsFunc(entry.Documents(), c.Dialect.covers) {
			list = append(list, entry)
		}
	}
	report.Contradictions(w, list)
	fmt.Fprintf(w, "%d contradictions\n", len(list))
	return nil
}
