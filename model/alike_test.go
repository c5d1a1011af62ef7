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
	var group Nexts
	var alone [spec.DocumentCount]Nexts
	parts, steps, reports := 0, 0, 0
	compare := func(what string, from *World, l *Label, of func(Dialects, *Nexts) Dialects) {
		left := Dialects(0)
		for d := range spec.DocumentCount {
			if possible(func() { of(1<<d, &alone[d]) }) {
				left |= 1 << d
			}
		}
		for ; left != 0; parts++ {
			done := of(left, &group)
			if done&left != done || !done.Has(left.First()) {
				t.Fatalf("%s: of %b those alike are %b", what, left, done)
			}
			left &^= done
			for d := range spec.DocumentCount {
				if !done.Has(d) {
					continue
				}
				if steps++; reports < 10 && !same(&group, &alone[d]) {
					reports++
					t.Errorf("%s of %v alone differs from that of group %b: %+v in %+v\nalone %s\ngroup %s",
						what, d, done, *l, *from, printNexts(&alone[d]), printNexts(&group))
				}
			}
		}
	}
	for d := range spec.DocumentCount {
		Walk(d, 23, 1500, func(*World, *Label, *Next) {}, func(from *World, l *Label, _ *Nexts) {
			compare("a step", from, l, func(g Dialects, n *Nexts) Dialects { return StepAlike(g, from, l, n) })
			if from.Ticking() {
				compare("a timer", from, l, func(g Dialects, n *Nexts) Dialects { return TausAlike(g, from, n) })
			}
		})
	}
	t.Logf("%d steps in %d", steps, parts)
	if parts*4 > steps*3 {
		t.Errorf("%d steps of single dialects were made in %d: groups hardly help", steps, parts)
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
