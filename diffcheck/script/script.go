// Package script holds what diffcheck runs and what it saw: scripts and
// traces, their one text notation, and the
// canonical addresses and ports that both are written in.
//
// A script says what to do; a trace is the same steps with what came back.
// Both use canonical names: the addresses of the plan in plan.go, relative
// sequence numbers, and P1, P2 … for local ports that a system chose. A target
// maps them to real ones when it runs a script and back when it takes down the
// trace, so traces of different targets compare as they are.
package script

import (
	"time"

	"github.com/connspec/connspec/spec"
)

// Limits of a script. A file that exceeds one is refused with its position.
const (
	EventsMax  = 4096
	FDsMax     = 64
	ThreadsMax = 8
	BufferMax  = 1 << 20   // bytes that one call moves
	DelayMax   = time.Hour // between two events
)

// Script is a list of events for one host under test and its puppet.
type Script struct {
	Name   string // file name or generated name; for messages
	Title  string // first comment line: what the script shows
	Events []Event
	// Loopback says that no event needs the wire: no frames, and no address
	// beyond the host itself. Such a script runs on every tier.
	Loopback bool
}

// EventKind says what an event is.
type EventKind uint8

const (
	EventCall    EventKind = iota // a thread makes a call
	EventInject                   // the puppet sends a frame
	EventExpect                   // the next frame of the host, or with Want the return of Thread's blocked call, is to look like this
	EventEnv                      // an environment change, in backticks
	EventAdvance                  // nothing but the passing of Delay
	EventSignal                   // Signal is delivered to Thread
)

// Event is one line of a script.
type Event struct {
	Line  int           // in its file, from 1; 0 if generated
	Delay time.Duration // time that passes before the event, after the one before it
	Kind  EventKind

	// An expectation may come later than Delay, and then no time passes for
	// it: AnyTime is "*", Within is the width of a range "+a~+b".
	AnyTime bool
	Within  time.Duration

	Thread int       // EventCall, EventSignal, EventExpect with Want: 0 is the main thread
	Call   spec.Call // EventCall; EventExpect with Want has only its Op
	Want   *Want     // EventCall: the outcome the script states, if it does

	Frame Frame // EventInject, EventExpect

	Env Env // EventEnv

	Signal spec.Signal // EventSignal
}

// Want is the outcome that a script states for a call.
type Want struct {
	Any     bool // "= ?": any result will do
	Blocks  bool // the call blocks: "<unfinished ...>", or a time range
	Result  spec.Result
	After   time.Duration // with Blocks and a time range: when it returns, after its start
	HasAddr bool          // Result.Addr is stated too
	HasOut  bool          // Result.Value (getsockopt) or Result.Poll (the entries with Revents, and only those) is stated too
}

// EnvKind says what an environment change does.
type EnvKind uint8

const (
	EnvSysctl      EnvKind = iota // `sysctl -q NAME=VALUE`
	EnvRouteAdd                   // `ip route add [KIND] PREFIX …`
	EnvRouteDel                   // `ip route del [KIND] PREFIX`
	EnvLinkUp                     // `ip link set dev DEVICE up`
	EnvLinkDown                   // `ip link set dev DEVICE down`
	EnvAddrAdd                    // `ip addr add PREFIX dev DEVICE`
	EnvAddrDel                    // `ip addr del PREFIX dev DEVICE`
	EnvFilterAdd                  // `nft add rule ip|ip6 filter CHAIN RULE`, see [ParseFilter]
	EnvFilterFlush                // `nft flush ruleset`
	EnvSleep                      // `sleep SECONDS`
	EnvUnknown                    // a command that diffcheck does not know; Text holds it
	EnvFile                       // a change of the file system: File
	EnvLinkMTU                    // `ip link set dev DEVICE mtu BYTES`
	EnvNeighAdd                   // `ip neigh add ADDRESS lladdr MAC …`: the puppet answers for it again, and the host knows
	EnvNeighDel                   // `ip neigh del ADDRESS dev eth0`: the host does not know it, and the puppet does not answer
)

// Env is one environment change. Text is the command as written.
type Env struct {
	Kind  EnvKind
	Name  string // EnvSysctl: the key; routes: the kind, "" for unicast; links and addresses: lo, or "" for eth0; EnvFilterAdd: input or output, after "ip6 " in the table of IPv6
	Value string // EnvSysctl: the value; routes: the prefix; addresses: the address with the length of its prefix; neighbours: the address; EnvFilterAdd: the rule
	File  FileChange
	Text  string
}

// Trace is what one target did on one script: a step per event, in order.
type Trace struct {
	Target string
	Script *Script
	Steps  []Step
	// Captured holds every frame on the wire with its time, for the pcapng; it
	// is filled only when the target is asked to capture.
	Captured []Captured
}

// Captured is a frame as bytes, with the step during which it passed.
type Captured struct {
	At   time.Duration
	Step int
	Out  bool // sent by the host under test
	Data []byte
}

// Step is what came of one event: the outputs that arrived while its Delay
// passed, then those after the event itself, each in order of arrival.
type Step struct {
	During []Output
	After  []Output
}

// OutputKind says what an output is.
type OutputKind uint8

const (
	OutputReturn OutputKind = iota // a call of Thread returned Result
	OutputBlock                    // the call just made by Thread did not return
	OutputFrame                    // the host sent Frame
)

// Output is one thing that the host under test let be seen.
type Output struct {
	Kind   OutputKind
	Thread int
	Op     spec.Op     // OutputReturn, OutputBlock: the call
	Result spec.Result // OutputReturn
	Frame  Frame       // OutputFrame
}
