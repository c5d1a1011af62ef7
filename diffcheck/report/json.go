package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Summary is what a run writes to its JSON file.
type Summary struct {
	Seed           uint64                       `json:"seed"`
	Seconds        float64                      `json:"seconds"`
	Interrupted    bool                         `json:"interrupted,omitempty"`
	Scripts        uint64                       `json:"scripts"`
	Steps          uint64                       `json:"steps"`
	Targets        map[string]TargetSummary     `json:"targets"`
	Verdicts       map[string]map[string]uint64 `json:"verdicts"`
	OwnVerdicts    map[string]map[string]uint64 `json:"ownVerdicts"`
	ConnectResults map[string]uint64            `json:"connectResults"`
	Rules          RuleSummary                  `json:"rules"`
	Divergences    DivergenceSummary            `json:"divergences"`
	Tiers          map[string]any               `json:"tiers"`
}

// TargetSummary is one target of a [Summary]. The rate is scripts by seconds
// of the run; PerScript is the mean time that the target took.
type TargetSummary struct {
	Scripts          uint64                 `json:"scripts"`
	ScriptsPerSecond float64                `json:"scriptsPerSecond"`
	Kinds            map[string]KindSummary `json:"kinds"`
	Unsupported      uint64                 `json:"unsupported,omitempty"`
	Outside          uint64                 `json:"differsOutsideModel,omitempty"`
	Unmodelled       map[string]uint64      `json:"unmodelled,omitempty"` // steps, by reason
}

// KindSummary is one kind of script on one target: on the wire, on loopback,
// or waiting for a timer.
type KindSummary struct {
	Scripts          uint64  `json:"scripts"`
	ScriptsPerSecond float64 `json:"scriptsPerSecond"`
	Microseconds     float64 `json:"microsecondsPerScript"`
}

// RuleSummary counts rules of the model.
type RuleSummary struct {
	Hit       int `json:"hit"`
	Reachable int `json:"reachable"`
}

// DivergenceSummary counts divergences, not the scripts that showed them, and
// the scripts that showed something which did not repeat.
type DivergenceSummary struct {
	Unexplained int                `json:"unexplained"`
	Known       int                `json:"known"`
	Unstable    uint64             `json:"unstable"`
	Unused      int                `json:"unusedKnown"`
	List        []DivergenceRecord `json:"list"` // the unexplained ones
}

// DivergenceRecord is one unexplained divergence.
type DivergenceRecord struct {
	Target  string   `json:"target"`
	Also    []string `json:"also,omitempty"` // further targets that show it
	Dialect string   `json:"dialect"`
	Rule    string   `json:"rule"`  // that was to apply; several are joined by commas
	Steps   int      `json:"steps"` // of the script, shrunk if Shrunk says so
	Shrunk  bool     `json:"shrunk"`
	Count   uint64   `json:"count"` // scripts that showed it
	Seen    string   `json:"seen"`
	Allowed []string `json:"allowed"`
	File    string   `json:"file"`
	Replay  string   `json:"replay"`
}

// Summarize makes the summary of a run; saved goes with its divergences. Verdicts are those of the kernel, or
// of the first target where the kernel did not take part.
func Summarize(res *run.Result, tiers []lab.Tier, saved []Saved) *Summary {
	s := &Summary{
		Seed: res.Seed, Seconds: res.Elapsed.Seconds(), Interrupted: res.Interrupted,
		Scripts: res.Scripts, Steps: res.Steps,
		Targets: map[string]TargetSummary{}, Verdicts: map[string]map[string]uint64{}, OwnVerdicts: map[string]map[string]uint64{},
		ConnectResults: map[string]uint64{}, Tiers: map[string]any{},
		Rules: RuleSummary{res.Rules.Len(), res.Reachable()},
		Divergences: DivergenceSummary{Unexplained: res.Unexplained(), Known: len(res.Known),
			Unstable: res.UnstableScripts(), Unused: len(res.Unused), List: []DivergenceRecord{}},
	}
	for i := range res.Targets {
		t := &res.Targets[i]
		s.Targets[t.Kind.String()] = summarizeTarget(t, res.Elapsed)
		s.OwnVerdicts[t.Kind.String()] = verdictCounts(&t.Verdicts, t.Kind.Dialect)
	}
	if judged := res.Judged(); judged != nil {
		for _, d := range spec.Documents() {
			s.Verdicts[d.String()] = verdictCounts(&judged.Verdicts, d)
		}
	}
	for e, n := range res.Connects {
		if n > 0 {
			s.ConnectResults[connectResult(spec.Errno(e))] = n
		}
	}
	for _, t := range tiers {
		if s.Tiers[t.Name] = any(true); !t.Available {
			s.Tiers[t.Name] = t.Reason
		}
	}
	for i, d := range res.Divergences {
		s.Divergences.List = append(s.Divergences.List, record(d, &saved[i]))
	}
	return s
}

func record(d *run.Divergence, saved *Saved) DivergenceRecord {
	r := DivergenceRecord{
		Target: d.Kind.String(), Dialect: d.Kind.Dialect.String(), Rule: joinRules(d.Rules), Steps: len(d.Script.Events),
		Shrunk: d.Shrunk, Count: d.Count, Seen: d.Seen, Allowed: d.Allowed, File: saved.Script, Replay: saved.Replay,
	}
	for _, k := range d.Also {
		r.Also = append(r.Also, k.String())
	}
	return r
}

func summarizeTarget(t *run.TargetTally, elapsed time.Duration) TargetSummary {
	s := TargetSummary{
		Scripts: t.Scripts(), ScriptsPerSecond: perSecond(t.Scripts(), elapsed),
		Kinds: map[string]KindSummary{}, Unsupported: t.Unsupported, Outside: t.Outside, Unmodelled: leftCounts(t),
	}
	for _, k := range kinds(t) {
		if k.Scripts > 0 {
			s.Kinds[k.name] = KindSummary{k.Scripts, perSecond(k.Scripts, elapsed), float64(k.Busy.Microseconds()) / float64(k.Scripts)}
		}
	}
	return s
}

// kindShare is a named part of what a target ran.
type kindShare struct {
	name string
	run.Share
}

func kinds(t *run.TargetTally) []kindShare {
	return []kindShare{{"wire", t.Wire}, {"loopback", t.Loopback}, {"waiting", t.Waiting}}
}

func verdictCounts(v *run.Verdicts, d spec.Dialect) map[string]uint64 {
	counts := map[string]uint64{}
	for verdict, n := range v[d] {
		if n > 0 {
			counts[model.Verdict(verdict).String()] = n
		}
	}
	return counts
}

// connectResult prints a result of connect as strace does.
func connectResult(e spec.Errno) string {
	r := spec.Result{}
	if e != spec.ENONE {
		r = spec.Fail(e)
	}
	return script.FormatResult(spec.Call{Op: spec.OpConnect}, r)
}

// WriteJSON writes the summary as one indented JSON object.
func (s *Summary) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(s)
}
