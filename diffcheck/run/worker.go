package run

import (
	"slices"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
)

// worker runs scripts on a full set of targets of its own.
type worker struct {
	r      *runner
	x      examiner
	tally  tally
	index  uint64 // of the script in hand
	kinds  []Kind // of the same
	source Source
}

func newWorker(r *runner, number int) *worker {
	w := &worker{r: r, source: r.o.Source(r.o.Seed)}
	w.x = examiner{bench: r.o.Bench, judge: r.o.NewJudge(), worker: number,
		judged:  func(s *slot, r *judge.Report) { w.tally.ran(w.index, s, r) },
		refused: w.tally.refused, outside: w.tally.outside}
	return w
}

// work draws and runs scripts until there are no more, then takes what the
// slow lanes still bring.
func (w *worker) work() error {
	defer w.x.close()
	err := w.drawAll()
	w.r.slow.finish()
	for err == nil {
		select {
		case <-w.r.stopped:
			return nil
		case done, ok := <-w.r.slow.done:
			if !ok {
				return nil
			}
			err = w.conclude(done)
		}
	}
	return err
}

func (w *worker) drawAll() error {
	for {
		first, end := w.r.deck.deal()
		if first == end {
			return nil
		}
		if err := w.x.within(w.r.o.Kinds, func() error { return w.draw(first, end) }); err != nil {
			return err
		}
		select {
		case done, ok := <-w.r.slow.done:
			if !ok {
				return nil
			}
			if err := w.conclude(done); err != nil {
				return err
			}
		default:
		}
	}
}

// draw runs the scripts with the indices from first to before end.
func (w *worker) draw(first, end uint64) error {
	for i := first; i < end && !w.r.deck.over(); i++ {
		if err := w.one(i, w.source.Script(i)); err != nil {
			return err
		}
	}
	return nil
}

// one runs a script, or leaves the kernel's share of it to a slow lane.
func (w *worker) one(index uint64, sc *script.Script) error {
	w.choose(index, sc)
	if !slices.Contains(w.kinds, Kernel) || duration(sc) == 0 {
		return w.examine(index, sc, nil)
	}
	later := &waited{index: index, script: sc}
	if w.r.deck.hasTime(runs*duration(sc)) && w.r.slow.offer(later) {
		return nil
	}
	if w.r.o.Budget > 0 {
		// Every lane is busy, or the script would outlast the run, the kernel
		// target being free to run it again: do without the kernel.
		w.r.crowded.Add(1)
		w.kinds = slices.DeleteFunc(w.kinds, isKernel)
		return w.examine(index, sc, nil)
	}
	for {
		select {
		case <-w.r.stopped:
			return nil
		case w.r.slow.queue <- later:
			w.r.slow.inside.Add(1)
			return nil
		case done, ok := <-w.r.slow.done:
			if !ok {
				return nil
			}
			if err := w.conclude(done); err != nil {
				return err
			}
		}
	}
}

// conclude runs a script that comes back from a slow lane on the other
// targets.
func (w *worker) conclude(done *waited) error {
	w.choose(done.index, done.script)
	err := w.examine(done.index, done.script, done)
	w.r.slow.inside.Add(-1)
	return err
}

// examine runs the script on the chosen kinds and counts what came of it.
func (w *worker) examine(index uint64, sc *script.Script, kernel *waited) error {
	w.index = index
	if err := w.x.examine(index, sc, w.kinds, kernel); err != nil {
		return err
	}
	w.tally.scripts++
	w.tally.steps += uint64(len(sc.Events))
	w.r.scripts.Add(1)
	for _, f := range w.x.findings {
		w.r.registry.add(f)
	}
	return nil
}

// choose sets the kinds that the script runs on.
func (w *worker) choose(index uint64, sc *script.Script) {
	o := w.r.o
	w.kinds = append(w.kinds[:0], o.Kinds...)
	if o.LoopbackOnly && !sc.Loopback {
		w.kinds = slices.DeleteFunc(w.kinds, isKernel)
	}
	if n := uint64(len(o.Rotation)); n > 0 {
		w.kinds = append(w.kinds, o.Rotation[index%n])
	}
}

func isKernel(k Kind) bool { return k == Kernel }
