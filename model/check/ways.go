package check

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Ways is a recorded way to every rule of a dialect: the evidence that the rule can
// be reached, which takes milliseconds to check. Exploration finds it
// (diffcheck explore --record).
type Ways struct {
	Dialect spec.Dialect
	To      []WayTo // by the text of their labels
}

// WayTo is a way whose last label uses the rules, and none before it does.
type WayTo struct {
	Way   Way
	Rules []string // by name
}

//go:embed ways/*.txt
var recorded embed.FS

// Recorded are the ways of the build.
func Recorded(d spec.Dialect) (*Ways, error) {
	name := "ways/" + d.String() + ".txt"
	text, err := recorded.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return ParseWays(name, d, string(text))
}

// ParseWays reads a tree of ways: a line is a label, as much further in than the
// one before it as there are labels before it, and behind it "# " and the rules
// that it is there for.
func ParseWays(name string, d spec.Dialect, text string) (*Ways, error) {
	w := &Ways{Dialect: d}
	var way Way
	for i, line := range strings.Split(text, "\n") {
		label, rules, noted := strings.Cut(line, " # ")
		label = strings.TrimRight(label, " ")
		depth := len(label) - len(strings.TrimLeft(label, " "))
		if label == "" || label[0] == '#' {
			continue
		}
		if depth > len(way) {
			return nil, fmt.Errorf("%s:%d: %d spaces; expected at most one more than the line before", name, i+1, depth)
		}
		l, err := ParseLabel(label)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		way = append(way[:depth:depth], l)
		if noted {
			w.To = append(w.To, WayTo{Way: slices.Clone(way), Rules: strings.Fields(rules)})
		}
	}
	return w, nil
}

// String is the tree that [ParseWays] reads.
func (w *Ways) String() string {
	type line struct {
		labels []string
		rules  []string
	}
	var all []line
	for _, to := range w.To {
		l := line{rules: to.Rules}
		for i := range to.Way {
			l.labels = append(l.labels, FormatLabel(&to.Way[i]))
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b line) int { return slices.Compare(a.labels, b.labels) })
	var b strings.Builder
	fmt.Fprintf(&b, "# Ways to the rules of %v from a fresh host; written by: go run ./diffcheck explore --record\n", w.Dialect)
	var before []string
	for _, l := range all {
		shared := 0
		for shared < len(before) && shared < len(l.labels) && before[shared] == l.labels[shared] {
			shared++
		}
		for i := shared; i < len(l.labels); i++ {
			b.WriteString(strings.Repeat(" ", i) + l.labels[i])
			if i == len(l.labels)-1 && len(l.rules) > 0 {
				b.WriteString(" # " + strings.Join(l.rules, " "))
			}
			b.WriteByte('\n')
		}
		before = l.labels
	}
	return b.String()
}

// Reach follows every way, each shared part once, and calls visit with every
// transition; from is as far as it has been seen.
func (w *Ways) Reach(visit func(from *model.World, l *model.Label, next *model.Next)) {
	g := NewGuide(w.Dialect)
	var before Way
	worlds := [][]model.World{make([]model.World, 1)} // by depth
	for i := range w.To {
		way := w.To[i].Way
		shared := 0
		for shared < len(before) && shared < len(way) && before[shared] == way[shared] {
			shared++
		}
		worlds = worlds[:shared+1]
		for at := shared; at < len(way); at++ {
			l := &way[at]
			worlds = append(worlds, g.Follow(worlds[at], l, func(from *model.World, next *model.Next) { visit(from, l, next) }))
		}
		before = way
	}
}

// Rules says of each rule, by its id, whether a way uses it.
func (w *Ways) Rules() []bool {
	met := make([]bool, len(model.Rules())+1)
	w.Reach(func(_ *model.World, _ *model.Label, next *model.Next) {
		for _, id := range next.Rules[:next.Used] {
			met[id] = true
		}
	})
	return met
}
