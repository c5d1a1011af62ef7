package model

// notShown are rules of the Linux dialect that a run on the kernel need not
// meet, one on a line.
var notShown = []Unshown{
	{"timer/time-wait-over", "TIME-WAIT lasts a minute, for which no script of a run waits."},
	{"recv/stream/data-and-ack", "Whether reading acknowledges hangs on milliseconds, and both answers are allowed."},
	{"recvfrom/stream/data-and-ack", "Whether reading acknowledges hangs on milliseconds, and both answers are allowed."},
}

// AnyOrder is why a check may leave many answers in a dialect whose checks have
// no order.
const AnyOrder = anyCheck

// Why rules leave many answers.
const (
	anyCheck   = "The document gives no order: of all checks that fail any may be the one reported."
	anyPort    = "The document gives no order, and does not say whether the socket has been given a port by then."
	openDelay  = "The document leaves open whether data is acknowledged at once, and who is told of the reset first."
	openParts  = "Which of the three arguments is looked at first is left open, and each has an errno of its own."
	openAnswer = "The document leaves open what becomes of the socket, so each outcome is an answer."
)

// wideRules are rules with more than three answers on average, one on a line.
var wideRules = []Wide{
	{"connect/posix/", anyCheck},
	{"connect/osx/", anyPort},
	{"connect/targettcp/", anyPort},
	{"connect/at-once", "The answer may come at once or later, within the host or not, and the other end's thread is woken or not."},
	{"connect/wait/", "A waiting call and the other end's threads are told of the end in any order."},
	{"socket/", openParts},
	{"bind/", anyCheck},
	{"sendto/", anyCheck},
	{"send/", anyCheck},
	{"accept/", anyCheck},
	{"syn-sent/rst", openAnswer},
	{"synced/", openDelay},
	{"icmp/targettcp/", openAnswer},
}
