package trial

import (
	"flag"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Task names what is done.
type Task string

// The tasks. Connects, Send, Receive, Datagrams and Flood are done against the kernel
// at the far end of a wire, the others within one process.
const (
	Connects  Task = "connects"  // connect and close, again and again
	Send      Task = "send"      // write to one TCP connection
	Receive   Task = "receive"   // read from one TCP connection
	Datagrams Task = "datagrams" // send UDP datagrams of Size bytes
	Memory    Task = "memory"    // connect and close between two stacks in one process
	Idle      Task = "idle"      // hold Count connections between two stacks in one process
	Flood     Task = "flood"     // accept Count connects while Rate SYNs a second come from nowhere
)

var tasks = []Task{Connects, Send, Receive, Datagrams, Memory, Idle, Flood}

// Wired says whether the task is done over a wire.
func (t Task) Wired() bool { return t != Memory && t != Idle }

// Spec is one trial.
type Spec struct {
	Task     Task
	InFlight int           // Connects, Memory: attempts under way at a time
	Time     time.Duration // how long to go on
	Count    int           // Idle, Flood: connections
	Rate     int           // Flood: SYNs a second
	Size     int           // Send, Receive, Datagrams: bytes in one call

	Interface string     // at the near end
	MAC       string     // the near end's
	FarMAC    string     // the far end's
	Near      netip.Addr // the near end's address
	Far       netip.Addr // the far end's
	Dest      netip.Addr // the first of Dests addresses that the far end has too
	Dests     int
	Port      int // that the far end listens on
	MTU       int
	Offload   bool // the wire takes checksums and segmentation over

	Profile string // file for a CPU profile, or empty
}

// milliseconds is a flag of the form that a program in C reads easily.
type milliseconds struct{ d *time.Duration }

func (m milliseconds) String() string {
	if m.d == nil {
		return "0"
	}
	return fmt.Sprint(m.d.Milliseconds())
}

func (m milliseconds) Set(s string) error {
	var n int64
	if _, err := fmt.Sscanf(s, "%d", &n); err != nil || fmt.Sprint(n) != s {
		return fmt.Errorf("expected milliseconds")
	}
	*m.d = time.Duration(n) * time.Millisecond
	return nil
}

// switched is a flag that has a value, unlike those of package flag.
type switched struct{ b *bool }

func (v switched) String() string {
	if v.b != nil && *v.b {
		return "1"
	}
	return "0"
}

func (v switched) Set(s string) error {
	if s != "0" && s != "1" {
		return fmt.Errorf("expected 0 or 1")
	}
	*v.b = s == "1"
	return nil
}

func (s *Spec) flags() *flag.FlagSet {
	f := flag.NewFlagSet("trial", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar((*string)(&s.Task), "task", string(s.Task), "")
	f.IntVar(&s.InFlight, "inflight", s.InFlight, "")
	f.Var(milliseconds{&s.Time}, "ms", "")
	f.IntVar(&s.Count, "count", s.Count, "")
	f.IntVar(&s.Rate, "rate", s.Rate, "")
	f.IntVar(&s.Size, "size", s.Size, "")
	f.StringVar(&s.Interface, "interface", s.Interface, "")
	f.StringVar(&s.MAC, "mac", s.MAC, "")
	f.StringVar(&s.FarMAC, "farmac", s.FarMAC, "")
	f.TextVar(&s.Near, "near", s.Near, "")
	f.TextVar(&s.Far, "far", s.Far, "")
	f.TextVar(&s.Dest, "dest", s.Dest, "")
	f.IntVar(&s.Dests, "dests", s.Dests, "")
	f.IntVar(&s.Port, "port", s.Port, "")
	f.IntVar(&s.MTU, "mtu", s.MTU, "")
	f.Var(switched{&s.Offload}, "offload", "")
	f.StringVar(&s.Profile, "profile", s.Profile, "")
	return f
}

// Args are the arguments that Parse reads.
func (s Spec) Args() (args []string) {
	s.flags().VisitAll(func(f *flag.Flag) {
		if v := f.Value.String(); v != "" && v != "0" {
			args = append(args, "-"+f.Name, v)
		}
	})
	return args
}

// Parse reads the arguments of a trial.
func Parse(args []string) (s Spec, err error) {
	f := s.flags()
	if err := f.Parse(args); err != nil {
		return s, err
	}
	switch {
	case f.NArg() > 0:
		return s, fmt.Errorf("argument %q: expected -name value", f.Arg(0))
	case !slices.Contains(tasks, s.Task):
		return s, fmt.Errorf("task %q: expected one of %s", s.Task, list())
	case s.InFlight < 0 || s.InFlight > 65536, s.Count < 0, s.Rate < 0, s.Size < 0, s.Time < 0, s.Dests < 0 || s.Dests > 254:
		return s, fmt.Errorf("task %s: a number is out of range: %s", s.Task, strings.Join(args, " "))
	case s.Task.Wired() && (!s.Near.Is4() || !s.Far.Is4() || !s.Dest.Is4()):
		return s, fmt.Errorf("task %s: expected IPv4 addresses for -near, -far and -dest", s.Task)
	}
	return s, nil
}

func list() string {
	var names []string
	for _, t := range tasks {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// Destination is the i-th of the far end's addresses, round and round.
func (s *Spec) Destination(i int) netip.Addr {
	if s.Dests == 0 {
		return s.Far
	}
	b := s.Dest.As4()
	b[3] += byte(i % s.Dests)
	return netip.AddrFrom4(b)
}
