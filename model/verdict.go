package model

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
