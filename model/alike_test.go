package model

import (
	"fmt"
	"slices"
	"testing"

	"github.com/connspec/connspec/spec"
)

// What a step finds for a group of dialects is what it finds for each of them,
// in the same order and by the same rules.
func TestAlikeIsEach(t *testing.T) {
	var group, own Nexts
	var alone [spec.DocumentCount]Nexts
	found, steps, reports := 0, 0, 0
	compare := func(what string, from *World, l *Label, step func(Dialects, *Nexts)) {
		var all Dialects
		for d := range spec.DocumentCount {
			alone[d].Len = 0
			if possible(func() { step(1<<d, &alone[d]) }) {
				all |= 1 << d
				steps += alone[d].Len
			}
		}
		group.Len = 0
		step(all, &group)
		found += group.Len
		for d := range spec.DocumentCount {
			if !all.Has(d) {
				continue
			}
			own.Len, own.Full = 0, group.Full&(1<<d)
			for i := range group.Len {
				if group.Buf[i].For.Has(d) {
					own.Buf[own.Len] = group.Buf[i]
					own.Len++
				}
			}
			if !same(&own, &alone[d]) && reports < 10 {
				reports++
				t.Errorf("%s of %v alone differs from that of group %b: %+v in %+v\nalone %s\ngroup %s",
					what, d, all, *l, *from, printNexts(&alone[d]), printNexts(&own))
			}
		}
	}
	for d := range spec.DocumentCount {
		Walk(d, 23, 1500, func(*World, *Label, *Next) {}, func(from *World, l *Label, _ *Nexts) {
			compare("a step", from, l, func(g Dialects, n *Nexts) { StepEach(g, from, l, n) })
			if from.Ticking() {
				compare("a timer", from, l, func(g Dialects, n *Nexts) { TausEach(g, from, n) })
			}
		})
	}
	t.Logf("%d worlds, found as %d", steps, found)
	if found*3 > steps*2 {
		t.Errorf("%d worlds of single dialects were found as %d: groups hardly help", steps, found)
	}
}

// possible says whether a step can be made at all: a world of one dialect may be
// none of another.
func possible(step func()) (ok bool) {
	defer func() { ok = recover() == nil }()
	step()
	return
}

func same(a, b *Nexts) bool {
	if a.Len != b.Len || a.Full != b.Full {
		return false
	}
	for i := range a.Len {
		x, y := &a.Buf[i], &b.Buf[i]
		if x.World != y.World || !slices.Equal(x.Rules[:x.Used], y.Rules[:y.Used]) {
			return false
		}
	}
	return true
}

func printNexts(n *Nexts) string {
	text := ""
	for i := range n.Len {
		text += "\n   by"
		for _, id := range n.Buf[i].Rules[:n.Buf[i].Used] {
			text += " " + id.String()
		}
		text += fmt.Sprintf(": %+v", n.Buf[i].World)
	}
	return text
}
