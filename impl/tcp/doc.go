// Package tcp is the Transmission Control Protocol of RFC 9293 as a value: a
// Conn takes segments and the time, and gives segments, deadlines and events.
//
// A Conn has no goroutine, no clock and no socket, and it knows no addresses
// and no ports: its owner finds it for a segment, fills in the ports of what
// it sends, and translates events to errnos. After every call that may have
// changed something (Handle, Expire, Write, Read, Close …) the owner drains
// Next and asks for Deadline.
//
// Where each document is:
//
//	RFC 9293  states: handle.go, synsent.go, listen.go, close.go, timewait.go;
//	          text: send.go, receive.go, window.go; timers.go; reply.go
//	RFC 1191  path MTU: SetMTU in open.go
//	RFC 2018  SACK, RFC 2883 duplicates: sack.go (sender), reassembly.go and options.go (receiver)
//	RFC 3042  limited transmit, RFC 6582 NewReno: newreno.go
//	RFC 3168  ECN: ecn.go
//	RFC 3522, 3708, 4015  spurious recoveries: undo.go
//	RFC 5681  slow start, fast retransmit: congestion.go, alert.go; delayed ACKs: delack.go
//	RFC 5682  F-RTO: frto.go
//	RFC 5927  ICMP: Quotes in close.go
//	RFC 5961  blind attacks: validate in handle.go, challenge in reply.go
//	RFC 6069  ICMP and the timer: Unreachable in timers.go
//	RFC 6298  retransmission timeout: rtt.go, timers.go
//	RFC 6528  initial numbers: isn.go
//	RFC 6675  recovery by SACK: sender.inFlight and resend.go; without RACK islost.go
//	RFC 6937  proportional rate reduction: prr.go
//	RFC 7323  window scale, timestamps, PAWS: options.go, open.go
//	RFC 7661  unused windows: congestion.go
//	RFC 8985  RACK: rack.go; TLP: tailprobe.go
//	RFC 9438  CUBIC: cubic.go; HyStart: hystart.go
//
// Urgent data (RFC 9293 section 3.8.5): as RFC 6093 advises it is never sent, and
// what a peer marks as urgent stays in the stream, as with SO_OOBINLINE.
//
// Where systems differ, Config names the point; Linux and BSD give the values.
package tcp
