package generate

import (
	"time"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// perform adds the event of an action on fd, if there is one now.
func (w *world) perform(a Action, fd int32) {
	if a >= ActSynAck {
		if !w.loopback {
			w.frame(a)
		}
		return
	}
	switch a {
	case ActSocket:
		if w.percent(10) {
			w.oddSocket()
		} else {
			w.open(w.percent(65))
		}
	case ActBind:
		w.bind(fd)
	case ActConnect:
		w.connect(fd)
	case ActDissolve:
		w.dissolve(fd)
	case ActListen:
		w.listen(fd)
	case ActAccept:
		w.accept(fd)
	case ActNonblock:
		w.nonblock(fd)
	case ActPoll:
		w.poll(fd)
	case ActShutdown:
		w.shutdown(fd)
	case ActSend:
		w.send(fd)
	case ActRecv, ActRecvfrom:
		w.recv(fd, a == ActRecvfrom)
	case ActSendto:
		w.sendto(fd)
	case ActDup:
		w.dup(fd)
	case ActDup2:
		w.dup2(fd)
	case ActClose:
		w.close(fd)
	default:
		w.query(a, fd)
	}
}

// query adds a call that only asks, or changes nothing that is followed here.
func (w *world) query(a Action, fd int32) {
	switch a {
	case ActGetsockname:
		w.call(spec.Call{Op: spec.OpGetsockname, FD: fd})
	case ActGetpeername:
		w.call(spec.Call{Op: spec.OpGetpeername, FD: fd})
	case ActSoError:
		w.getsockopt(fd, spec.SoError)
	case ActGetsockopt:
		if w.changes && w.percent(40) {
			w.call(spec.Call{Op: spec.OpGetsockopt, FD: fd, Level: spec.SolIP, Option: spec.IPMtu})
			return
		}
		w.getsockopt(fd, [...]spec.SockOption{spec.SoType, spec.SoAcceptconn, spec.SoBroadcast, spec.SoReuseaddr}[w.below(4)])
	case ActSetsockopt:
		if w.changes && w.percent(40) {
			w.call(spec.Call{Op: spec.OpSetsockopt, FD: fd, Level: spec.SolIP, Option: spec.IPMtuDiscover, Value: [...]int32{2, 2, 0, 1, 6}[w.below(5)]})
			return
		}
		w.sockopt(fd)
	case ActGetfl:
		w.call(spec.Call{Op: spec.OpFcntl, FD: fd, Fcntl: spec.FGetfl})
	case ActOpen:
		if w.call(spec.Call{Op: spec.OpOpen}) {
			w.newFD(-1)
		}
	}
}

// frame adds what the puppet does.
func (w *world) frame(a Action) {
	switch a {
	case ActSynAck:
		w.synAck()
	case ActBadSynAck:
		w.badSynAck()
	case ActRefuse:
		w.refuse()
	case ActBadRefuse:
		w.badRefuse()
	case ActPeerSyn:
		w.peerSyn()
	case ActCrossSyn:
		w.crossSyn()
	case ActPeerAck:
		w.peerAck()
	case ActPeerData:
		w.peerData()
	case ActPeerFin:
		w.peerFin()
	case ActPeerReset:
		w.peerReset()
	case ActICMP:
		w.icmp()
	case ActDatagram:
		w.datagram()
	case ActThirdParty:
		w.thirdParty()
	}
}

// ticking reports whether the host waits for an answer to a SYN or SYN|ACK, and
// nothing else of it can be sent again: other timers follow the measured round
// trip, and no delay is safe from them.
func (w *world) ticking() bool {
	passive := w.wire.open && w.wire.sock < 0 && w.wire.server >= 0 && !w.wire.done
	return !w.wire.pending && !w.noisy && (passive || w.connecting() != nil)
}

// advance lets time pass.
func (w *world) advance() {
	delay := time.Duration(delays[w.below(len(delays))]) * time.Millisecond
	w.events = append(w.events, script.Event{Kind: script.EventAdvance, Delay: delay})
	w.delays++
}
