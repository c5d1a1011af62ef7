package run

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/shrink"
)

// slowFollowers repeat findings on scripts in which real time passes, one at a
// time each.
const slowFollowers = 2

// startFollowUp repeats and shrinks findings until the registry's channels are
// closed.
func (r *runner) startFollowUp(ctx context.Context, all *sync.WaitGroup) {
	start := func(findings <-chan Finding) {
		all.Go(func() {
			f := newFollower(r)
			defer f.close()
			for finding := range findings {
				if ctx.Err() != nil || !f.wanted(&finding) {
					continue
				}
				if err := f.one(ctx, finding); err != nil {
					r.fail(err)
					return
				}
			}
		})
	}
	start(r.registry.quick)
	start(r.registry.others)
	for range slowFollowers {
		start(r.registry.slow)
	}
}

// follower repeats and shrinks findings, one after the other, on targets of
// its own.
type follower struct {
	r *runner
	// x are as many examiners as a finding is repeated, so that scripts in
	// which real time passes can be repeated at one time. The first does all
	// the rest.
	x []*examiner
}

func newFollower(r *runner) *follower {
	f := &follower{r: r}
	for range max(r.o.Limits.Repeats, 1) {
		f.x = append(f.x, &examiner{bench: r.o.Bench, worker: Unbound, judge: r.o.NewJudge(), capture: true})
	}
	return f
}

func (f *follower) close() {
	for _, x := range f.x {
		x.close()
	}
}

// wanted reports whether the finding needs a follow-up and there is time.
func (f *follower) wanted(finding *Finding) bool {
	if f.r.registry.settled(finding) || f.r.o.Known.Find(finding.Sighting(f.r.o.Release)) >= 0 {
		return false
	}
	return f.hasTime(runs * finding.realTime())
}

// runs is how often a target may run a script in which real time passes.
const runs = 2

// hasTime reports whether something that takes d ends in the time that there is
// for the follow-up.
func (f *follower) hasTime(d time.Duration) bool {
	at := f.r.lateAt.Load()
	return at == 0 || time.Now().Add(d).UnixNano() <= at
}

// kinds are the targets that show a finding.
func (f *Finding) kinds() []Kind {
	if f.Versus {
		return []Kind{Kernel, f.Kind}
	}
	return []Kind{f.Kind}
}

// realTime is the time that one repetition takes by the script.
func (f *Finding) realTime() time.Duration {
	if f.Versus || f.Kind == Kernel {
		return duration(f.Script)
	}
	return 0
}

// one repeats a finding and, if it is seen each time, shrinks it.
func (f *follower) one(ctx context.Context, finding Finding) error {
	d := &Divergence{Finding: finding, Original: finding}
	shown, err := f.repeated(d, finding.Script)
	if err != nil {
		return err
	}
	if !shown {
		f.r.registry.wobble(&finding)
		return nil
	}
	// Of a script in which real time passes, at least one smaller one is tried
	// and then repeated.
	limits := &f.r.o.Limits
	if f.hasTime(2*runs*finding.realTime()) && f.r.shrinks.Add(1) <= int64(limits.Shrinks) {
		if err := f.shrink(ctx, d); err != nil {
			return err
		}
	}
	f.r.confirm(&finding, d)
	return nil
}

// confirm notes a divergence and ends the run if there are enough.
func (r *runner) confirm(finding *Finding, d *Divergence) {
	shrunk := r.registry.confirm(finding, d)
	if r.o.MaxDivergences > 0 && shrunk >= r.o.MaxDivergences {
		r.stop()
	}
}

// again runs the script and gives the finding of the same signature, or nil.
func (x *examiner) again(original *Finding, sc *script.Script) (*Finding, error) {
	if err := x.examine(original.Index, sc, original.kinds(), nil); err != nil {
		return nil, err
	}
	want := original.Signature()
	for i := range x.findings {
		if x.findings[i].Signature() == want {
			return &x.findings[i], nil
		}
	}
	return nil, nil
}

// repeated reports whether the script shows the divergence every time, and then
// puts what it shows into d. Repetitions take place one after the other, unless
// real time passes in the script.
func (f *follower) repeated(d *Divergence, sc *script.Script) (bool, error) {
	if d.Original.realTime() == 0 {
		var last *Finding
		for range f.x {
			var err error
			if last, err = f.x[0].again(&d.Original, sc); err != nil || last == nil {
				return false, err
			}
		}
		d.take(f.x[0], *last)
		return true, nil
	}
	findings := make([]*Finding, len(f.x))
	errs := make([]error, len(f.x))
	var all sync.WaitGroup
	for i, x := range f.x {
		all.Go(func() { findings[i], errs[i] = x.again(&d.Original, sc) })
	}
	all.Wait()
	for i := range f.x {
		if errs[i] != nil || findings[i] == nil {
			return false, errs[i]
		}
	}
	d.take(f.x[0], *findings[0])
	return true, nil
}

// take puts what x has just seen into d.
func (d *Divergence) take(x *examiner, shown Finding) {
	d.Finding, d.Repeated = shown, true
	for _, s := range x.slots {
		switch {
		case !s.ran:
		case s.kind == d.Kind:
			d.Explanations = explanations(x.judge.Trace(&s.trace), d.Kind)
			d.Trace, s.trace = s.trace, script.Trace{}
		case s.kind == Kernel && d.Versus:
			kernel := s.trace
			d.Kernel, s.trace = &kernel, script.Trace{}
		}
	}
}

// shrink looks for a smaller script that shows the same.
func (f *follower) shrink(ctx context.Context, d *Divergence) error {
	var failed error
	until := time.Now().Add(f.r.o.Limits.Shrink)
	small := shrink.Script(d.Script, func(candidate *script.Script) bool {
		if failed != nil || ctx.Err() != nil || time.Now().After(until) || !f.hasTime(0) {
			return false
		}
		again, err := f.x[0].again(&d.Original, candidate)
		failed = err
		return again != nil
	})
	if failed != nil {
		return failed
	}
	// A smaller script counts only if it, too, shows it every time.
	shown, err := f.repeated(d, small)
	d.Shrunk = shown
	return err
}

// explanations copies the rules that explain each step of a target of kind k
// out of a report.
func explanations(r *judge.Report, k Kind) [][]string {
	rules := make([][]string, len(r.Steps))
	for i := range r.Steps {
		for _, id := range r.Steps[i].Rules[k.Dialect] {
			rules[i] = append(rules[i], id.String())
		}
		slices.Sort(rules[i])
	}
	return rules
}
