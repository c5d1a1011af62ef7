package tcp

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/wire"
)

// subject is a connection under test with a scripted peer. Numbers in
// transcripts are relative: ours to ISS 7000, the peer's to ISN 9000.
type subject struct {
	t    testing.TB
	cfg  *Config
	c    Conn
	now  time.Duration
	ts   uint32 // the host's last timestamp value
	room [1500]byte
}

const subjectISS, peerISN = 7000, 9000

// labLinux is the behaviour of the kernel that the transcripts were compared
// with: its defaults, and the lab's two settings.
func labLinux() *Config {
	cfg := Linux(1500)
	cfg.InvalidLimit, cfg.SynRetries = 0, 1
	return cfg
}

// line is one step of a transcript: what is done, and what comes of it, as
// "frames [events] STATE". Frames read as tcpdump prints them.
type line struct{ do, want string }

// transcript is the life of one connection.
type transcript struct {
	name  string
	lines []line
}

// play runs transcripts and compares.
func play(t *testing.T, cfg *Config, transcripts []transcript) {
	for _, tr := range transcripts {
		t.Run(tr.name, func(t *testing.T) {
			s := &subject{t: t, cfg: cfg}
			for i, l := range tr.lines {
				if got := s.do(l.do); got != l.want {
					t.Fatalf("line %d: %s\n got %s\nwant %s", i+1, l.do, got, l.want)
				}
			}
		})
	}
}

func (s *subject) do(text string) string {
	verb, rest, _ := strings.Cut(text, " ")
	var ev Event
	switch verb {
	case "open":
		s.c.Open(s.now, s.cfg, subjectISS, 0)
	case "accept":
		seg, _ := s.segment(rest)
		if Listen(&seg) != ListenAccept {
			return "not accepted"
		}
		s.c.Accept(s.now, s.cfg, subjectISS, 0, &seg)
	case "<":
		seg, data := s.segment(rest)
		ev = s.c.Handle(s.now, &seg, data)
	case "write":
		n, _ := strconv.Atoi(rest)
		s.c.Write(s.now, make([]byte, n))
	case "read":
		n, _ := strconv.Atoi(rest)
		s.c.Read(s.now, make([]byte, n))
	case "shutdown":
		if rest == "rd" {
			s.c.CloseRead()
		} else {
			s.c.CloseWrite(s.now)
		}
	case "close":
		ev = s.c.Close(s.now)
	case "abort":
		s.c.Abort(s.now)
	case "nodelay":
		s.c.SetNoDelay(true)
	case "keepalive":
		s.c.SetKeepalive(s.now, true)
	case "cork":
		s.c.SetCork(rest == "on")
	case "info":
		i := s.c.Info(s.now)
		text := fmt.Sprintf("%v cwnd %d", i.CAState, i.SndCwnd)
		if i.SndSSThresh != SSThreshNone {
			text += fmt.Sprintf(" ssthresh %d", i.SndSSThresh)
		}
		return text + fmt.Sprintf(" out %d sacked %d lost %d again %d reordering %d", i.Unacked, i.Sacked, i.Lost, i.Retrans, i.Reordering)
	case "pass":
		d, err := time.ParseDuration(rest)
		if err != nil {
			s.t.Fatal(err)
		}
		return s.pass(d)
	default:
		s.t.Fatalf("transcript says %q, want a verb", text)
	}
	return s.outcome(s.drain(), ev)
}

// pass lets time go by; each timer's frames come with the time since the start
// of the step.
func (s *subject) pass(d time.Duration) string {
	var out []string
	var all Event
	start := s.now
	for {
		at, ok := s.c.Deadline()
		if !ok || at > start+d {
			break
		}
		s.now = at
		all |= s.c.Expire(at)
		for _, f := range s.drain() {
			out = append(out, fmt.Sprintf("@%v %s", at-start, f))
		}
	}
	s.now = start + d
	return s.outcome(out, all)
}

func (s *subject) outcome(frames []string, ev Event) string {
	text := strings.Join(frames, "; ")
	if ev &^= AckTaken; ev != 0 { // not news
		text += " [" + eventNames(ev) + "]"
	}
	return strings.TrimSpace(text + " " + s.c.State().String())
}

func eventNames(ev Event) string {
	names := []string{"established", "refused", "reset", "timedout", "aborted", "peerclosed", "data", "space", "finacked", "superseded", "closed"}
	var out []string
	for i, n := range names {
		if ev>>i&1 != 0 {
			out = append(out, n)
		}
	}
	return strings.Join(out, " ")
}

func (s *subject) drain() (out []string) {
	var seg wire.TCP
	for range 100 {
		n, ok := s.c.Next(s.now, &seg, s.room[:])
		if !ok {
			return out
		}
		out = append(out, s.print(&seg, n))
	}
	s.t.Fatal("Next gives more than 100 segments at one time")
	return nil
}

func (s *subject) print(seg *wire.TCP, n int) string {
	seq := int32(seg.Seq - subjectISS)
	text := fmt.Sprintf("%v %d:%d(%d)", seg.Flags, seq, seq+int32(n), n)
	if seg.Flags&wire.ACK != 0 {
		text += fmt.Sprintf(" ack %d", seg.Ack-peerISN)
	}
	o := &seg.Options
	var opts []string
	if o.Has&wire.OptionMSS != 0 {
		opts = append(opts, fmt.Sprintf("mss %d", o.MSS))
	}
	if o.Has&wire.OptionSACKPermitted != 0 {
		opts = append(opts, "sackOK")
	}
	if o.Has&wire.OptionTimestamps != 0 {
		s.ts = o.TSVal
		opts = append(opts, "TS")
	}
	if o.Has&wire.OptionWindowScale != 0 {
		opts = append(opts, fmt.Sprintf("wscale %d", o.WindowScale))
	}
	if o.Has&wire.OptionSACK != 0 {
		blocks := "sack"
		for _, b := range o.SACK[:o.SACKCount] {
			blocks += fmt.Sprintf(" %d:%d", b.Left-peerISN, b.Right-peerISN)
		}
		opts = append(opts, blocks)
	}
	text = [...]string{"", "[ect1] ", "[ect0] ", "[ce] "}[seg.ECN] + text
	if len(opts) > 0 {
		text += " <" + strings.Join(opts, ",") + ">"
	}
	if seg.Flags&wire.SYN != 0 {
		text += fmt.Sprintf(" win %d", seg.Window)
	}
	return text
}

// segment reads "P. 1:6 ack 1 win 1000 <mss 1460,sackOK,TS 5,sack 3:4,wscale 7>".
func (s *subject) segment(text string) (seg wire.TCP, data []byte) {
	head, opts, _ := strings.Cut(text, "<")
	seg.Window = 65535
	words := strings.Fields(head)
	if words[0] == "[ce]" {
		seg.ECN, words = wire.CE, words[1:]
	} else if words[0] == "[ect0]" {
		seg.ECN, words = wire.ECT0, words[1:]
	}
	for i, w := range words {
		switch {
		case i == 0:
			for _, ch := range w {
				seg.Flags |= 1 << strings.IndexRune("FSRP.UEW", ch)
			}
		case i == 1:
			from, to, _ := strings.Cut(w, ":")
			seg.Seq = peerISN + number(from)
			data = make([]byte, number(to)-number(from))
		case words[i-1] == "ack":
			seg.Ack = subjectISS + number(w)
		case words[i-1] == "win":
			seg.Window = uint16(number(w))
		}
	}
	for o := range strings.SplitSeq(strings.TrimSuffix(opts, ">"), ",") {
		s.option(&seg.Options, strings.Fields(o))
	}
	return seg, data
}

func (s *subject) option(o *wire.TCPOptions, words []string) {
	if len(words) == 0 {
		return
	}
	switch words[0] {
	case "mss":
		o.Has |= wire.OptionMSS
		o.MSS = uint16(number(words[1]))
	case "sackOK":
		o.Has |= wire.OptionSACKPermitted
	case "wscale":
		o.Has |= wire.OptionWindowScale
		o.WindowScale = uint8(number(words[1]))
	case "TS":
		o.Has |= wire.OptionTimestamps
		o.TSVal, o.TSEcr = number(words[1]), s.ts
		if len(words) > 2 { // an older echo
			o.TSEcr = number(words[2])
		}
	case "sack":
		o.Has |= wire.OptionSACK
		for _, w := range words[1:] {
			l, r, _ := strings.Cut(w, ":")
			o.SACK[o.SACKCount] = wire.SACKBlock{Left: subjectISS + number(l), Right: subjectISS + number(r)}
			o.SACKCount++
		}
	}
}

func number(text string) uint32 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return uint32(n)
}
