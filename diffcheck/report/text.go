// Package report prints what a run came to: the table, the JSON file, each
// divergence, and the files that replay it.
package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// grid is a table in the making: rows of cells, aligned when printed.
type grid struct {
	rows  [][]string
	right map[int]bool // columns that are numbers
}

func (g *grid) row(cells ...string) { g.rows = append(g.rows, cells) }

// print writes the rows with two spaces between columns.
func (g *grid) print(w io.Writer, indent string) {
	var widths []int
	for _, r := range g.rows {
		for i, c := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for _, r := range g.rows {
		var b strings.Builder
		b.WriteString(indent)
		for i, c := range r {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			if g.right[i] {
				b.WriteString(pad + c)
			} else {
				b.WriteString(c + pad)
			}
			b.WriteString("  ")
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// number prints n with its thousands set apart: 20,000.
func number(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// perSecond is a rate over the time d.
func perSecond(n uint64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// each prints the mean time of n things that took d together.
func each(n uint64, d time.Duration) string {
	if n == 0 {
		return "-"
	}
	mean := d / time.Duration(n)
	switch {
	case mean < 10*time.Microsecond:
		return fmt.Sprintf("%.1f us", float64(mean)/1e3)
	case mean < 10*time.Millisecond:
		return fmt.Sprintf("%d us", mean.Microseconds())
	}
	return fmt.Sprintf("%d ms", mean.Milliseconds())
}

// plural prints a count with its noun.
func plural(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}
