package explore

import (
	"fmt"
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
)

// auditEvery is how many answers there are to one that is found out again.
const auditEvery = 512

// asking is a worker's state while it looks at a world that has parts.
type asking struct {
	parts   []uint32 // of the world, ascending
	rest    uint32
	taken   uint32
	made    bool // world is made of the words
	of      check.Parts
	numbers [model.SocketsMax]uint32 // of its parts, in their order there

	list    []uint32 // of a world that follows
	changes []change
	answer  *answer
	own     uint32 // the part that was asked
	visit   func(*check.Step)
	answers int64 // that were looked up
	audits  int64
	looked  int64 // transitions that were looked up
}

// together looks at all that follows a world of several parts.
func (w *worker) together(words []uint32) {
	a, last := &w.ask, len(words)-1
	n := 0
	for n < last && words[n] != 0 {
		n++
	}
	a.parts, a.rest, a.made = words[:n], words[last]&^inParts, false
	l := looks{}
	for _, p := range a.parts {
		o := w.search.looks(p)
		l.files, l.sockets, l.slots, l.waiters = l.files+o.files, l.sockets+o.sockets, l.slots+o.slots, l.waiters+o.waiters
	}
	a.taken = uint32(l.files)<<24 | uint32(l.sockets)<<16 | uint32(l.slots)<<8 | uint32(l.waiters)
	sc := w.search.Scope
	for i := range a.parts {
		for _, r := range []check.Reach{check.ReachOwn, check.ReachNames} {
			if sc.Reaches(r) {
				w.question(i, r)
			}
		}
	}
	if sc.Reaches(check.ReachNone) {
		w.question(-1, check.ReachNone)
	}
	w.flush()
	if sc.Reaches(check.ReachAll) {
		began := w.enter()
		w.make()
		w.walker.Reaching(&w.world, check.ReachAll, &a.of, 0, w.visit)
		w.leave(began)
	}
}

// question asks what the stimuli of a reach bring in part i of the world.
func (w *worker) question(i int, r check.Reach) {
	a := &w.ask
	q := question{rest: a.rest, taken: a.taken, reach: r}
	if i >= 0 {
		q.part = a.parts[i]
	}
	n := 0
	for j, p := range a.parts {
		if j == i {
			continue
		}
		l := w.search.looks(p)
		q.waits |= l.waits
		if r == check.ReachNames {
			q.faces[n] = l.face
			n++
		}
	}
	slices.Sort(q.faces[:n])
	h := q.hash()
	found := w.search.answers.find(&q, h)
	switch {
	case found == nil:
		began := w.enter()
		found = w.find(q)
		w.leave(began)
		w.search.answers.put(found, h)
	case !found.whole:
		a.answers++
		a.looked += found.transitions
		if w.search.Audit || a.answers%auditEvery == 0 {
			w.audit(found)
		}
	}
	if found.whole {
		began := w.enter()
		w.make()
		w.walker.Reaching(&w.world, r, &a.of, w.which(q.part), w.visit)
		w.leave(began)
		return
	}
	w.take(found, i)
}

// take goes on to the worlds of an answer about part i.
func (w *worker) take(found *answer, i int) {
	w.transitions += found.transitions
	for e, n := range found.ends {
		w.ends[e] += n
	}
	for _, r := range found.reasons {
		w.reasons[r.reason] += r.n
	}
	a := &w.ask
	for n := range found.next {
		o := &found.next[n]
		a.list = a.list[:0]
		for j, p := range a.parts {
			if j != i {
				a.list = append(a.list, p)
			}
		}
		for _, p := range o.parts[:o.n] { // into its place
			at := len(a.list)
			a.list = append(a.list, p)
			for ; at > 0 && a.list[at-1] > p; at-- {
				a.list[at] = a.list[at-1]
			}
			a.list[at] = p
		}
		at := len(w.batch.words)
		w.batch.words = append(w.batch.words, w.none...)
		to := w.batch.words[at:]
		copy(to, a.list)
		to[len(to)-1] = o.rest | inParts
	}
	if len(w.batch.words) >= batchMost*len(w.none) {
		w.flush()
	}
}

// flush puts the worlds that wait into the store.
func (w *worker) flush() {
	st, b := w.search.store, &w.batch
	st.touch(b)
	for i, h := range b.hashes {
		words := b.words[i*st.width : (i+1)*st.width]
		copy(w.room(), words)
		number, fresh := st.insertAt(w.chunk, w.number, h)
		if fresh && len(w.search.Properties) > 0 && w.unjudged(words[:slices.Index(words, 0)]) {
			w.packing.unpack(words, &w.other)
			w.judgeWorld(&w.other, number)
		}
	}
	b.words = b.words[:0]
}

// make makes the world of the words, and finds out which part is where.
func (w *worker) make() {
	a := &w.ask
	if a.made {
		return
	}
	a.made = true
	w.packing.unpack(w.search.store.world(w.number), &w.world)
	of, ok := check.PartsOf(&w.world)
	if !ok || int(of.N) != len(a.parts) {
		panic("BUG: a world that had parts has others when it is unpacked")
	}
	a.of = of
	w.packing.numbers(&w.world, &of, a.numbers[:])
	sorted := a.numbers
	slices.Sort(sorted[:of.N])
	if !slices.Equal(sorted[:of.N], a.parts) {
		panic("BUG: a world that had parts has others when it is unpacked")
	}
}

// which is where a part stands in the world that was made.
func (w *worker) which(part uint32) uint8 {
	if at := slices.Index(w.ask.numbers[:w.ask.of.N], part); at > 0 {
		return uint8(at)
	}
	return 0
}

// find finds out with the model.
func (w *worker) find(q question) *answer {
	w.make()
	a := &w.ask
	a.answer, a.changes, a.own = &answer{question: q}, a.changes[:0], q.part
	w.walker.Reaching(&w.world, q.reach, &a.of, w.which(q.part), a.visit)
	found := a.answer
	slices.SortFunc(a.changes, func(x, y change) int { return x.compare(y) })
	slices.SortFunc(found.reasons, func(x, y reasonCount) int { return int(x.reason) - int(y.reason) })
	found.next = slices.Clone(slices.Compact(a.changes))
	if found.whole {
		*found = answer{question: q, whole: true}
	}
	return found
}

// gather takes one transition into an answer.
func (w *worker) gather(st *check.Step) {
	s, a := w.search, &w.ask
	found := a.answer
	found.transitions++
	found.ends[st.End]++
	for _, id := range st.Rules {
		w.rules[id] = true
	}
	if len(s.Properties) > 0 && (st.End == check.Goes || st.End == check.Open) {
		w.judgeStep(st)
	}
	if st.End != check.Goes {
		found.because(st.After.Left)
		return
	}
	if *st.After == w.world {
		return
	}
	of, ok := check.PartsOf(st.After)
	if !ok {
		found.whole = true
		return
	}
	var numbers [model.SocketsMax]uint32
	w.packing.numbers(st.After, &of, numbers[:])
	left := numbers[:of.N]
	seen := a.own == 0 // that the part asked is left out
	for _, p := range a.parts {
		if p == a.own && !seen {
			seen = true
			continue
		}
		at := slices.Index(left, p)
		if at < 0 { // another part has changed
			found.whole = true
			return
		}
		left = slices.Delete(left, at, at+1)
	}
	o := change{n: uint8(len(left))}
	if len(left) > len(o.parts) {
		found.whole = true
		return
	}
	slices.Sort(left)
	copy(o.parts[:], left)
	check.Rest(st.After, &w.packing.rest)
	o.rest = w.packing.restNumber()
	if o.rest == a.rest && (a.own == 0 && o.n == 0 || o.n == 1 && o.parts[0] == a.own) {
		return // the same world
	}
	a.changes = append(a.changes, o)
}

// audit finds out again what is known, and complains if it is something else.
func (w *worker) audit(known *answer) {
	w.ask.audits++
	began := w.enter()
	again := w.find(known.question)
	w.leave(began)
	if differ := known.same(again); differ != "" {
		w.search.complain(fmt.Sprintf("what follows does not depend on what it is said to depend on: two worlds of scope %s differ in %s of the stimuli that reach %v; one is\n%s",
			w.search.Scope.Name, differ, known.reach, check.Show(&w.world)))
	}
}
