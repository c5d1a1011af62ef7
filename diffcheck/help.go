package main

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// help prints what kong would and, where no command is named, the flags of the
// one that is then meant.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	meant := ctx.Model.DefaultCmd
	fmt.Fprintf(ctx.Stdout, "\nFlags of %s:\n", meant.Name)
	for _, f := range meant.Flags {
		name := "--" + f.Name
		if f.PlaceHolder != "" {
			name += "=" + f.PlaceHolder
		}
		fmt.Fprintf(ctx.Stdout, "  %-22s  %s\n", name, f.Help)
	}
	return nil
}
