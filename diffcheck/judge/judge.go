// Package judge says what each of the five dialects makes of a trace: it turns
// the trace into labels of the model, feeds them to an oracle of all five in one pass,
// and puts what they say into words.
package judge

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/oracle"
	"github.com/connspec/connspec/spec"
)

// Report is what five dialects make of one trace.
type Report struct {
	Steps      []StepReport // one per step of the trace
	Deviations []Deviation  // in the order of steps, then of dialects
	Hits       [spec.DocumentCount]RuleSet
	Left       [spec.DocumentCount]model.Reason // why the trace left the model, or model.Inside
}

// StepReport is what they make of one step.
type StepReport struct {
	Verdict  [spec.DocumentCount]model.Verdict
	Rules    [spec.DocumentCount][]model.RuleID // that explain it
	Several  [spec.DocumentCount]bool           // the dialect left more than one answer
	OnSocket bool                               // the step is a call on a socket
	State    model.State                        // of which this was the state before, under the Linux dialect
}

// Deviation is one thing seen that a dialect does not allow.
type Deviation struct {
	Step    int
	Dialect spec.Dialect
	Seen    string
	Allowed []string       // what the dialect allows in its place
	Rules   []model.RuleID // that lead to what it allows
}

// Diverged says whether the trace shows something that dialect d does not
// allow.
func (r *Report) Diverged(d spec.Dialect) bool {
	for i := range r.Deviations {
		if r.Deviations[i].Dialect == d {
			return true
		}
	}
	return false
}

// RuleSet is a set of rules of the model.
type RuleSet [32]uint64

// Has says whether the rule is in the set.
func (s *RuleSet) Has(id model.RuleID) bool { return s[id/64]&(1<<(id%64)) != 0 }

// Put puts a rule in.
func (s *RuleSet) Put(id model.RuleID) { s[id/64] |= 1 << (id % 64) }

// Add puts in all rules of another set.
func (s *RuleSet) Add(o RuleSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

// Each calls f with every rule in the set.
func (s *RuleSet) Each(f func(model.RuleID)) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			f(model.RuleID(i*64 + bits.TrailingZeros64(word)))
		}
	}
}

// Len counts the rules in the set.
func (s *RuleSet) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Judge judges one trace after the other. It belongs to one goroutine.
type Judge struct {
	oracle   *oracle.Oracle
	report   Report
	names    names
	labels   []moment
	routes   target.Routes
	calls    [script.ThreadsMax]*spec.Call // the latest of each thread
	step     int
	rules    []model.RuleID // storage of StepReport.Rules
	brief    bool           // deviations are not put into words
	on       *model.Socket  // of a world of the Linux dialect, for before alone
	onSocket bool           // see StepReport
	state    model.State
}

// moment is one label of a step and what it stands for.
type moment struct {
	label model.Label
	call  *spec.Call     // LabelCall
	seen  *script.Output // of what the host did
}

// New makes a judge.
func New() *Judge {
	return &Judge{oracle: oracle.New(model.AllDialects)}
}

// Trace judges a trace. The report is valid until the next call.
func (j *Judge) Trace(tr *script.Trace) *Report {
	j.brief = false
	return j.trace(tr)
}

// Brief is [Judge.Trace] without words: a deviation has its step and dialect
// alone. It is for the many traces of which only the verdicts are counted.
func (j *Judge) Brief(tr *script.Trace) *Report {
	j.brief = true
	return j.trace(tr)
}

func (j *Judge) trace(tr *script.Trace) *Report {
	j.reset()
	for i := range tr.Steps {
		j.step = i
		j.labels = j.labels[:0]
		j.event(&tr.Script.Events[i], &tr.Steps[i])
		j.feed()
		j.conclude()
	}
	for d := range spec.DocumentCount {
		j.report.Left[d] = j.oracle.Left(d)
	}
	return &j.report
}

func (j *Judge) reset() {
	r := &j.report
	r.Steps, r.Deviations = r.Steps[:0], r.Deviations[:0]
	r.Hits = [spec.DocumentCount]RuleSet{}
	j.rules = j.rules[:0]
	j.names.reset()
	j.routes.Reset()
	j.calls = [script.ThreadsMax]*spec.Call{}
	j.oracle.Reset()
}

// moment adds a label to the step, for the caller to fill in.
func (j *Judge) moment(k model.LabelKind) *moment {
	if len(j.labels) == cap(j.labels) {
		j.labels = append(j.labels, moment{})
	} else {
		j.labels = j.labels[:len(j.labels)+1]
	}
	m := &j.labels[len(j.labels)-1]
	*m = moment{}
	m.label.Kind = k
	return m
}

// event turns one event and what came of it into labels.
func (j *Judge) event(ev *script.Event, step *script.Step) {
	if ev.Delay > 0 || len(step.During) > 0 {
		j.moment(model.LabelAdvance).label.Passed = passed(ev.Delay)
		j.outputs(step.During)
	}
	switch ev.Kind {
	case script.EventCall:
		m := j.moment(model.LabelCall)
		m.call, m.label.Thread = &ev.Call, uint8(ev.Thread)
		j.names.call(&m.label.Call, &ev.Call)
	case script.EventInject:
		m := j.moment(model.LabelIn)
		var known bool
		m.label.Frame, known = j.names.in(&ev.Frame)
		if !known {
			m.label.Kind = model.LabelEnv
		}
	case script.EventEnv:
		j.environment(&ev.Env)
	}
	if ev.Kind == script.EventSignal {
		m := j.moment(model.LabelSignal)
		m.label.Thread, m.label.Signal = uint8(ev.Thread), ev.Signal
	}
	j.outputs(step.After)
}

// passed is a delay in the units of the model. What comes without a delay is
// brought about by a tick of the clock.
func passed(d time.Duration) uint8 {
	const tick = model.Tick * time.Millisecond
	return uint8(min(max((d+tick/2)/tick, 1), model.PassedMax))
}

// outputs turns what was seen, up to where the host was quiet, into labels.
func (j *Judge) outputs(outs []script.Output) {
	for i := range outs {
		o := &outs[i]
		m := j.moment(model.LabelReturn)
		m.seen, m.label.Thread = o, uint8(o.Thread)
		switch o.Kind {
		case script.OutputReturn:
			j.names.result(&m.label.Ret, o.Op, &o.Result)
		case script.OutputBlock:
			m.label.Kind = model.LabelBlock
		case script.OutputFrame:
			m.label.Kind, m.label.Thread = model.LabelOut, 0
			m.label.Frame = j.names.out(&o.Frame)
		}
	}
	j.moment(model.LabelSettle)
}

// feed gives the labels of the step to the oracle.
func (j *Judge) feed() {
	first := len(j.report.Deviations)
	j.oracle.Begin()
	j.before()
	for i := range j.labels {
		m := &j.labels[i]
		if m.call != nil {
			j.calls[m.label.Thread%script.ThreadsMax] = m.call
		}
		if missed := j.oracle.Feed(&m.label); missed != 0 {
			for d := range spec.DocumentCount {
				if missed.Has(d) {
					j.deviates(d, m)
				}
			}
			j.oracle.Forgive(&m.label)
		}
	}
	if own := j.report.Deviations[first:]; len(own) > 1 {
		slices.SortStableFunc(own, func(a, b Deviation) int { return cmp.Compare(a.Dialect, b.Dialect) })
	}
}

// before notes the state of the socket that the call of the step is about.
func (j *Judge) before() {
	j.on = nil
	for i := range j.labels {
		if l := &j.labels[i].label; l.Kind == model.LabelCall {
			j.oracle.Worlds(spec.Linux, func(w *model.World) {
				if j.on == nil {
					j.on = w.Behind(l.Call.FD)
				}
			})
		}
	}
	if j.onSocket = j.on != nil; j.onSocket {
		j.state = j.on.State()
	}
}

// conclude notes the verdicts on the step.
func (j *Judge) conclude() {
	j.report.Steps = append(j.report.Steps, StepReport{OnSocket: j.onSocket, State: j.state})
	s := &j.report.Steps[len(j.report.Steps)-1]
	s.Verdict = j.oracle.Verdicts()
	for d := range spec.DocumentCount {
		s.Several[d] = j.oracle.Several(d)
		start := len(j.rules)
		j.rules = j.oracle.AppendRules(d, j.rules)
		s.Rules[d] = j.rules[start:len(j.rules):len(j.rules)]
		for _, id := range s.Rules[d] {
			j.report.Hits[d].Put(id)
		}
	}
}
