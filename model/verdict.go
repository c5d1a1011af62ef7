package model

import "github.com/connspec/connspec/spec"

// Verdict is what the model says about one step of a trace under one dialect.
type Verdict uint8

const (
	Specified    Verdict = iota // a clause of the document allows it
	Undocumented                // the dialect allows it, its document does not speak
	Unspecified                 // the document leaves it open
	Contradicted                // the dialect allows it, its document says otherwise
	Unmodelled                  // the trace has left what the model covers
	Diverged                    // the dialect does not allow it
	VerdictCount
)

var verdictNames = [VerdictCount]string{
	"specified", "undocumented", "unspecified", "contradicted", "unmodelled", "diverged",
}

func (v Verdict) String() string {
	if v < VerdictCount {
		return verdictNames[v]
	}
	return "verdict?"
}

// Standings are what each document makes of one rule, or of several together: those
// of several are the bitwise or of theirs.
type Standings uint32

// Three bits for each dialect: a clause speaks for a rule, says nothing definite, or
// speaks against it.
const (
	standingFor Standings = 1 << iota
	standingOpen
	standingAgainst
	standingBits = iota
)

// StandingsOf are [Rule.Standing] under every dialect, of the rule with the given id.
func StandingsOf(id RuleID) Standings { return rules.standing[id] }

// Of is what the document of a dialect makes of the rules: the worst of them counts,
// and one that a clause speaks for speaks for those of which none does.
func (s Standings) Of(d spec.Dialect) Verdict {
	return standingVerdicts[s>>(standingBits*d)&(1<<standingBits-1)]
}

var standingVerdicts = func() (verdicts [1 << standingBits]Verdict) {
	for s := range verdicts {
		switch s := Standings(s); {
		case s&standingAgainst != 0:
			verdicts[s] = Contradicted
		case s&standingOpen != 0:
			verdicts[s] = Unspecified
		case s&standingFor != 0:
			verdicts[s] = Specified
		default:
			verdicts[s] = Undocumented
		}
	}
	return verdicts
}()

func (r *Rule) standings() (s Standings) {
	for d := range spec.DocumentCount {
		var one Standings
		switch r.Standing(d) {
		case Specified:
			one = standingFor
		case Unspecified:
			one = standingOpen
		case Contradicted:
			one = standingAgainst
		}
		s |= one << (standingBits * d)
	}
	return s
}
