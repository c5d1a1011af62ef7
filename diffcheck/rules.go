package main

import (
	"fmt"
	"io"

	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/model"
)

type rulesCommand struct {
	Dialect dialectName `placeholder:"D" help:"Only the rules of this dialect: posix, linux, macos, osx or targettcp."`
}

func (c *rulesCommand) Run(w io.Writer) error {
	list := model.Rules()
	if c.Dialect.set {
		list = model.RulesOf(c.Dialect.dialect)
	}
	report.Rules(w, list)
	fmt.Fprintf(w, "\n%d rules\n", len(list))
	if left := model.NotModelled(); len(left) > 0 && !c.Dialect.set {
		fmt.Fprintln(w, "\nnot modelled:")
		for _, reason := range left {
			fmt.Fprintf(w, "  %s\n", reason)
		}
	}
	return nil
}
