package model

import (
	"strings"

	"github.com/connspec/connspec/spec"
)

// RuleID numbers the rules from 1, in the order of [Rules]. It is stable
// within one build only; [Rule.Name] is the lasting name.
type RuleID uint16

// Dialects is a set of dialects.
type Dialects uint8

// The sets that rules are written for. Berkeley is what the three dialects of
// BSD descent share.
const (
	forPOSIX     Dialects = 1 << spec.POSIX
	forLinux     Dialects = 1 << spec.Linux
	forMacOS     Dialects = 1 << spec.MacOS
	forOSX       Dialects = 1 << spec.OSX
	forTargetTCP Dialects = 1 << spec.TargetTCP
	forBerkeley           = forMacOS | forOSX | forTargetTCP
	forAll                = forPOSIX | forLinux | forBerkeley
)

// Has says whether d is in the set.
func (s Dialects) Has(d spec.Dialect) bool { return s&(1<<d) != 0 }

// Class says what kind of behaviour a rule describes.
type Class uint8

const (
	Shall   Class = iota // a check: where it applies the call cannot succeed
	May                  // a check: where it applies the call may fail with it, and may go on
	Succeed              // the call does its work
	Block                // the call waits
	Wake                 // a waiting call ends
	Deliver              // a frame arrives
	Timer                // time passes
	Unsaid               // a check: where it applies the document leaves open what happens
)

func (c Class) String() string {
	return [...]string{"shall-fail", "may-fail", "succeed", "block", "wake", "deliver", "timer", "unsaid"}[c]
}

// Rule is one atomic behaviour: one row of the published table.
type Rule struct {
	ID       RuleID
	Name     string // lasting name, "connect/refused"
	Class    Class
	Title    string          // what happens, in one sentence
	Cites    []spec.ClauseID // the clauses that allow it, of any document
	Against  []spec.ClauseID // the clauses that say otherwise
	Open     []spec.ClauseID // the clauses that leave it open
	Unsaid   Dialects        // the documents that leave it open by not speaking of it at all
	Evidence string          // what it stands on where the document is silent or wrong
	For      Dialects

	on    trigger
	of    subjects         // what it applies to; the zero value: whatever there is
	in    []TCP            // the states of a socket that it applies in; nil: all
	needs traits           // of calls: when holds only with one of these; 0: with none as well
	when  func(*move) bool // nil: always
	then  func(*move)
	also  bool // not the only answer: rules further down may apply as well
	only  bool // sendto but not send; see onSend
	late  bool // as the rule before or after it, with the acknowledgement delayed
	unix  bool // of AF_UNIX sockets as well
	port  bool // outside Linux, the socket may or may not have been given a port on the way
}

// Standing is what the document of dialect d has to say to the rule, as the
// verdict of a step that the rule explains.
func (r *Rule) Standing(d spec.Dialect) Verdict {
	switch {
	case speaks(r.Against, d):
		return Contradicted
	case speaks(r.Open, d), r.Unsaid.Has(d):
		return Unspecified
	case speaks(r.Cites, d):
		return Specified
	}
	return Undocumented
}

// speaks says whether one of the clauses is of document d.
func speaks(clauses []spec.ClauseID, d spec.Document) bool {
	for _, c := range clauses {
		if name, _, _ := strings.Cut(string(c), "/"); name == d.String() {
			return true
		}
	}
	return false
}

// trigger is what a rule reacts to; rules are looked up by it.
type trigger uint8

// The triggers: first a call by its number (spec.Op), then these.
const (
	onNoSocket   trigger                             = trigger(spec.OpCount) + iota // a segment for nobody
	onDatagram                                                                      // a UDP datagram
	onICMP                                                                          // an ICMP message
	onWake                                                                          // a blocked thread, looked at
	onTimer                                                                         // a socket, while time passes
	onTimeout                                                                       // a blocked thread, whose time is up
	onSignal                                                                        // a blocked thread, to which a signal is delivered
	onSegment                                                                       // a segment for a socket in state Closed + …
	onUnix       = onSegment + trigger(TimeWait) + 1                                // a call on an AF_UNIX socket, by its number: onUnix + …
	onUnixWake   = onUnix + trigger(spec.OpCount)                                   // a thread blocked on one, looked at
	triggerCount = onUnixWake + 1
)

func on(op spec.Op) trigger { return trigger(op) }

// trigger is on for the socket of the move: AF_UNIX has rules of its own for
// the calls that are about sockets.
func (m *move) trigger(op spec.Op) trigger {
	if m.s != nil && m.s.unix() {
		switch op {
		case spec.OpFcntl, spec.OpDup, spec.OpDup2, spec.OpClose:
		default:
			return onUnix + trigger(op)
		}
	}
	return on(op)
}

// book is all rules and how to find them.
type book struct {
	rules    []Rule
	byName   map[string]RuleID
	index    *index
	standing []Standings // by id
}

// rules is filled in once, by init: the tables refer to functions that look
// rules up, which Go does not let a package variable do.
var rules book

func init() {
	for _, table := range tables() {
		for _, r := range table {
			rules.add(r)
		}
	}
	rules.index = newIndex(rules.rules, false)
}

// tables lists the tables in the order in which they are consulted.
func tables() [][]Rule {
	return [][]Rule{
		anyState,
		fileRules, landlockRules, otherSockets,
		anyDescriptor,
		needing(changed, portsFirst), needing(changed, portsSend), needing(changed, filteredSend), needing(changed, environmentSend), environmentSegment, environmentNobody, filterRules, environmentTimer, neighborRules, needing(changed, environmentConnect),
		connectInet6POSIX, connectPOSIX,
		about(nonSockets, connectOther),
		connectLinux, needing(six, connectLinux6),
		needing(sourced, connectSourceRoute),
		connectDevice, connectLinuxRoute, needing(six, connectLinux6Source), needing(six, connectLinux6Mute), connectBSDRoutes(forMacOS, "macos", connectMacOS),
		connectBSDRoutes(forOSX, "osx", connectOSX), connectTargetTCP, filterConnect, connectStart,
		socketRulesUnix, fastInterrupted, timeoutRulesUnix, socketRaw, socketRules, bindInet6, bindMacOS, bindImport, bindRaw6, bindArguments, needing(six, bindLinux6), bindRules, listenRules, acceptRules, nameRules, optionRules6, optionRules, pollRules,
		sourceRouteRules, credentialRules, waitOptions, portRange, recvErrRules, noCookieRules, deviceOptions, mtuOptions, optionsLeftOut, selectRules, epollRules,
		resumes, connectxRules, disconnectxRules,
		shutdownRulesBSD, shutdownRules, needing(sourced, sendSourceRoute), needing(quick, fastElsewhere), needing(raw, sendRaw), sendInet6, sendDevice, sendRulesBSD, needing(six, sendLinux6), sendRules, errorQueueRules, recvRulesBSD, recvRules, closeRules,
		sharedListening, handshakeRules, segmentRules, noSocketRules, broadcastRules, sharedDatagrams, datagramRules, icmpRules, wakeRules, timerRules,
		bindRulesUnix, connectRulesUnix, listenRulesUnix, acceptRulesUnix, nameRulesUnix, optionRulesUnix,
		shutdownRulesUnix, sendRulesUnix, recvRulesUnix, wakeRulesUnix,
		signalRules, timeoutRules,
	}
}

func (b *book) add(r Rule) {
	if b.rules == nil {
		b.rules = make([]Rule, 1, 512) // no rule has the id 0
		b.byName = make(map[string]RuleID, 512)
		b.standing = make([]Standings, 1, 512)
	}
	r.ID = RuleID(len(b.rules))
	if _, taken := b.byName[r.Name]; taken {
		panic("BUG: two rules have the name " + r.Name)
	}
	b.byName[r.Name] = r.ID
	b.rules = append(b.rules, r)
	b.standing = append(b.standing, r.standings())
}

// Rules lists every rule, in the order of their ids: the rule with id n is at
// n-1. The caller must not change it.
func Rules() []Rule { return rules.rules[1:] }

// RulesOf lists the rules of one dialect.
func RulesOf(d spec.Dialect) []Rule {
	var own []Rule
	for _, r := range Rules() {
		if r.For.Has(d) {
			own = append(own, r)
		}
	}
	return own
}

// RuleByID finds a rule; ok is false for an id that no rule has.
func RuleByID(id RuleID) (r *Rule, ok bool) {
	if id == 0 || int(id) >= len(rules.rules) {
		return nil, false
	}
	return &rules.rules[id], true
}

// RuleByName finds a rule by its lasting name.
func RuleByName(name string) (*Rule, bool) { return RuleByID(rules.byName[name]) }

func (id RuleID) String() string {
	if r, ok := RuleByID(id); ok {
		return r.Name
	}
	return "rule?"
}
