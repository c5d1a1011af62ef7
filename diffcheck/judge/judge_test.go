package judge

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Pieces of traces. The far host is 192.0.2.1.
const (
	nonblocking = "0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3\n"
	blocking    = "0 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n"
	datagram    = "0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 3\n"
	to          = `connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16)`
	dissolve    = "+0 connect(3, {sa_family=AF_UNSPEC}, 16)"
	started     = nonblocking + "+0 " + to + " = -1 EINPROGRESS (Operation now in progress)\n+0 > S 0:0(0) <...>\n"
	joined      = started + "+0 < S. 0:0(0) ack 1 win 65535 <mss 1460>\n+0 > . 1:1(0) ack 1\n"
	refused     = started + "+0 < R. 0:0(0) ack 1\n"
	listening   = nonblocking + `+0 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("0.0.0.0")}, 16) = 0` +
		"\n+0 listen(3, 1) = 0\n"
)

// verdicts is what five dialects make of the last step of a trace.
type verdicts struct{ posix, linux, macos, osx, targettcp model.Verdict }

const (
	spd = model.Specified
	und = model.Undocumented
	uns = model.Unspecified
	con = model.Contradicted
	unm = model.Unmodelled
	div = model.Diverged
)

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name, trace, last string
		want              verdicts
	}{
		{"a non-blocking connect starts", nonblocking,
			"+0 " + to + " = -1 EINPROGRESS (Operation now in progress)\n+0 > S 0:0(0) <...>", verdicts{spd, spd, spd, spd, spd}},
		{"it may not just succeed", nonblocking, "+0 " + to + " = 0\n+0 > S 0:0(0) <...>", verdicts{div, div, div, div, div}},
		{"it sends SYN", nonblocking, "+0 " + to + " = -1 EINPROGRESS (Operation now in progress)", verdicts{div, div, div, div, div}},
		{"a second connect finds it under way", started, "+0 " + to + " = -1 EALREADY (Operation already in progress)", verdicts{spd, spd, spd, spd, spd}},
		{"the first connect after success gives 0 in Linux alone", joined, "+0 " + to + " = 0", verdicts{div, con, div, div, div}},
		{"where the documents ask for EISCONN", joined, "+0 " + to + " = -1 EISCONN (Transport endpoint is already connected)", verdicts{spd, div, spd, spd, spd}},
		{"the second one finds it connected", joined + "+0 " + to + " = 0\n", "+0 " + to + " = -1 EISCONN (Transport endpoint is already connected)",
			verdicts{spd, spd, spd, spd, spd}},
		{"a refusal is there for SO_ERROR", refused, "+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0", verdicts{uns, spd, und, und, uns}},
		{"or for connect", refused, "+0 " + to + " = -1 ECONNREFUSED (Connection refused)", verdicts{uns, uns, und, und, uns}},
		{"after which Linux starts again", refused + "+0 " + to + " = -1 ECONNREFUSED (Connection refused)\n",
			"+0 " + to + " = -1 EINPROGRESS (Operation now in progress)\n+0 > 192.168.0.1.P2 > 192.0.2.1.8080: S 0:0(0) <...>", verdicts{uns, spd, div, div, uns}},
		{"and the BSDs do not", refused + "+0 " + to + " = -1 ECONNREFUSED (Connection refused)\n",
			"+0 " + to + " = -1 EINVAL (Invalid argument)", verdicts{uns, div, und, und, uns}},
		{"a taken error leaves ECONNABORTED in Linux", refused + "+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0\n",
			"+0 " + to + " = -1 ECONNABORTED (Software caused connection abort)", verdicts{uns, uns, div, div, uns}},
		{"an RST that acknowledges nothing is ignored", started, "+0 < R 0:0(0)", verdicts{und, und, und, und, und}},
		{"a listener refuses to connect: EISCONN", listening, "+0 " + to + " = -1 EISCONN (Transport endpoint is already connected)", verdicts{uns, und, div, div, div}},
		{"a listener refuses to connect: EOPNOTSUPP", listening, "+0 " + to + " = -1 EOPNOTSUPP (Operation not supported)", verdicts{spd, div, spd, spd, spd}},
		{"AF_UNSPEC resets a connection in Linux", joined, dissolve + " = 0\n+0 > R. 1:1(0) ack 1", verdicts{uns, spd, div, div, div}},
		{"AF_UNSPEC is another family elsewhere", datagram, dissolve + " = -1 EAFNOSUPPORT (Address family not supported by protocol)",
			verdicts{div, div, spd, spd, spd}},
		{"a null address", nonblocking, "+0 connect(3, NULL, 16) = -1 EFAULT (Bad address)", verdicts{und, spd, div, spd, spd}},
		{"a short address", nonblocking, `+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 8) = -1 EINVAL (Invalid argument)`,
			verdicts{spd, und, spd, spd, spd}},
		{"a bad descriptor", nonblocking, strings.Replace("+0 "+to, "3", "9", 1) + " = -1 EBADF (Bad file descriptor)", verdicts{spd, spd, spd, spd, div}},
		{"no route", nonblocking, strings.Replace("+0 "+to, "192.0.2.1", "203.0.113.1", 1) + " = -1 ENETUNREACH (Network is unreachable)",
			verdicts{spd, spd, spd, spd, spd}},
		{"a blocking connect waits", blocking, "+0 " + strings.TrimSuffix(to, ")") + " <unfinished ...>\n+0 > S 0:0(0) <...>", verdicts{spd, spd, spd, spd, spd}},
		{"a stream socket asked to broadcast", nonblocking, strings.Replace("+0 "+to, "192.0.2.1", "192.168.255.255", 1) + " = -1 ENETUNREACH (Network is unreachable)",
			verdicts{uns, con, div, div, div}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := traceOf(t, c.trace+c.last+"\n")
			r := New().Trace(tr)
			for i := range r.Steps[:len(r.Steps)-1] {
				if v := r.Steps[i].Verdict[spec.Linux]; v == div && !strings.Contains(c.trace, "EISCONN") {
					t.Errorf("step %d, which leads there, is %v: %v", i, v, r.Deviations)
				}
			}
			got := r.Steps[len(r.Steps)-1].Verdict
			if want := [spec.DocumentCount]model.Verdict{c.want.posix, c.want.linux, c.want.macos, c.want.osx, c.want.targettcp}; got != want {
				t.Errorf("the verdicts on the last step are %v, want %v\n%v", got, want, r.Deviations)
			}
		})
	}
}

// On the BSDs a datagram socket cannot get the four names of another: the last
// connect would give the second socket those of the first.
func TestDatagramNamesAreUnique(t *testing.T) {
	r := New().Trace(traceOf(t, datagram+`+0 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("0.0.0.0")}, 16) = 0
+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("0.0.0.0")}, 16) = 0
+0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 4
+0 bind(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
+0 connect(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.2")}, 16) = 0
+0 connect(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("0.0.0.0")}, 16) = -1 EADDRINUSE (Address already in use)
`))
	for _, d := range []spec.Dialect{spec.MacOS, spec.OSX} {
		if v := r.Steps[6].Verdict[d]; r.Diverged(d) || v != spd {
			t.Errorf("%v: EADDRINUSE is %v, want %v\n%v", d, v, spd, r.Deviations)
		}
	}
}

// A rejection says what was seen, what would have been allowed and by which
// rules, and the rest of the trace is judged as if that had happened.
func TestDeviationIsExplained(t *testing.T) {
	r := New().Trace(traceOf(t, started+"+0 "+to+" = -1 EISCONN (Transport endpoint is already connected)\n+0 "+to+" = -1 EALREADY (Operation already in progress)\n"))
	if len(r.Deviations) == 0 {
		t.Fatal("EISCONN during an attempt is allowed")
	}
	for _, d := range r.Deviations {
		if d.Dialect != spec.Linux {
			continue
		}
		if d.Step != 2 || !strings.HasSuffix(d.Seen, "= -1 EISCONN (Transport endpoint is already connected)") ||
			len(d.Allowed) != 1 || !strings.HasSuffix(d.Allowed[0], "= -1 EALREADY (Operation already in progress)") {
			t.Errorf("deviation %+v", d)
		}
		if len(d.Rules) != 1 || d.Rules[0].String() != "connect/linux/EALREADY" {
			t.Errorf("rules %v, want connect/linux/EALREADY", d.Rules)
		}
	}
	if v := r.Steps[3].Verdict[spec.Linux]; v != spd {
		t.Errorf("the step after the deviation is %v, want %v", v, spd)
	}
	if !r.Diverged(spec.Linux) {
		t.Error("the report does not say that the trace diverges from linux")
	}
}

// What the model leaves out is said, with the reason, and never passed.
func TestUnmodelledIsSaid(t *testing.T) {
	r := New().Trace(traceOf(t, "0 socketpair(AF_INET, SOCK_STREAM, 0, [3, 4]) = 0\n+0 close(3) = 0\n"))
	for d := range spec.DocumentCount {
		if r.Left[d] != model.LeftFamily || r.Steps[1].Verdict[d] != unm {
			t.Errorf("%v: left for %q, verdict %v", d, r.Left[d], r.Steps[1].Verdict[d])
		}
	}
}

func TestRuleSet(t *testing.T) {
	var a, b RuleSet
	last := model.RuleID(len(model.Rules()))
	a.Put(1)
	b.Put(last)
	a.Add(b)
	if !a.Has(1) || !a.Has(last) || a.Has(2) || a.Len() != 2 {
		t.Errorf("the union of {1} and {%d} is %v", last, a)
	}
}

// traceOf reads a trace from a script that states every outcome.
func traceOf(t *testing.T, text string) *script.Trace {
	t.Helper()
	s, err := script.Parse("trace", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := Stated(s)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// A step that is a call on a socket says in which state that was.
func TestStateOfTheSocketOfACall(t *testing.T) {
	tr := traceOf(t, joined+"+0 "+to+" = 0\n+0 close(3) = 0\n+0 close(3) = -1 EBADF (Bad file descriptor)\n")
	var got []string
	for _, s := range New().Trace(tr).Steps {
		if s.OnSocket {
			got = append(got, s.State.String())
		}
	}
	if want := "unbound connected connected"; strings.Join(got, " ") != want {
		t.Errorf("the calls were on sockets in the states %v, want %s", got, want)
	}
}
