package generate

import (
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Scripts about waiting: signals for threads that are blocked, options that say
// how long calls wait, several threads in one call, select beside poll.

// timeouts keep away from every sum of delays by 200 ms, in milliseconds.
var timeouts = [...]int32{200, 1000, 2200}

// openWaits gives a signal its handler.
func (w *world) openWaits() {
	c := spec.Call{Op: spec.OpSigaction, Signal: spec.SIGUSR1}
	c.Disposition = [...]spec.Disposition{spec.SigCatch, spec.SigRestart, spec.SigIgnore}[w.below(3)]
	if w.call(c) {
		w.caught = c.Disposition
	}
}

// stepWaits adds what only such a script has. It reports false if there is
// nothing of the kind to do.
func (w *world) stepWaits() bool {
	switch n := w.below(14); {
	case n < 4:
		return w.signal()
	case n < 7:
		w.timeOption(w.openFD())
	case n < 8:
		w.selects(w.openFD())
	case n < 12:
		w.epoll(w.openFD())
	default:
		return w.join()
	}
	return true
}

// signal delivers the signal to a thread, mostly to one that is blocked.
func (w *world) signal() bool {
	thread := w.below(threadsMax)
	for i := range w.blocked {
		if n := (thread + i) % threadsMax; w.blocked[n] {
			thread = n
			break
		}
	}
	w.events = append(w.events, script.Event{Kind: script.EventSignal, Thread: thread, Signal: spec.SIGUSR1})
	if w.caught == spec.SigCatch && w.blocked[thread] {
		w.free(thread)
	}
	return true
}

// free notes that a thread has left its call.
func (w *world) free(thread int) {
	w.blocked[thread] = false
	for i := range w.used {
		if w.sockets[i].waiting == thread+1 {
			w.sockets[i].waiting = 0
		}
	}
}

// timeOption sets or reads one of the options of this kind.
func (w *world) timeOption(fd int32) {
	c := spec.Call{Op: spec.OpSetsockopt, FD: fd, Level: spec.SolSocket, Value: int32(w.below(2))}
	s := w.at(fd)
	switch n := w.below(14); {
	case n >= 12 && !w.loopback: // taking the device off needs a right that a test need not have
		c.Option, c.Value = spec.SoBindtodevice, int32([...]spec.Device{spec.DeviceLo, spec.DeviceEth0, spec.DeviceEth0, spec.DeviceAbsent}[w.below(4)])
	case n < 3:
		c.Option, c.Value = spec.SoSndtimeo, timeouts[w.below(len(timeouts))]
	case n < 5:
		c.Option, c.Value = spec.SoRcvtimeo, timeouts[w.below(len(timeouts))]
	case n < 7:
		c.Option, c.Value = spec.SoLinger, int32(w.below(2))-1
		if w.slow || w.percent(20) { // a close that waits
			c.Value = 1
		}
	case n < 8:
		c.Option = spec.SoKeepalive
	case n < 9:
		c.Option = spec.SoReuseport
	case n < 10:
		c.Level, c.Option = spec.SolIP, spec.IPBindAddressNoPort
	case n < 11:
		c.Level, c.Option, c.Value = spec.SolTCP, spec.TCPUserTimeout, timeouts[w.below(len(timeouts))]
	default:
		c.Level, c.Option, c.Value = spec.SolTCP, spec.TCPSyncnt, [...]int32{0, 1, 2, 127, 128}[w.below(5)]
	}
	if c.Option == spec.SoLinger && c.Value > 0 && s != nil {
		s.lingers = true
	}
	if w.call(c) && w.percent(25) {
		c.Op, c.Value = spec.OpGetsockopt, 0
		w.call(c)
	}
}

// selects asks select what poll is asked elsewhere; at times it waits.
func (w *world) selects(fd int32) {
	fds := []spec.PollFD{{FD: fd, Events: spec.PollIn | spec.PollOut | spec.PollPri}}
	if w.percent(30) {
		fds[0].Events = [...]spec.PollEvents{spec.PollIn, spec.PollOut, spec.PollPri}[w.below(3)]
	}
	if other := w.openFD(); other != fd && other > fd && w.percent(20) {
		fds = append(fds, spec.PollFD{FD: other, Events: spec.PollIn | spec.PollOut})
	}
	c := spec.Call{Op: spec.OpSelect, Poll: fds}
	if w.state(fd) == StateConnecting && w.percent(40) {
		w.waitMany(c)
		return
	}
	w.call(c)
}

// waitMany adds a poll or select that waits.
func (w *world) waitMany(c spec.Call) {
	c.Timeout = -1
	if w.slow {
		c.Timeout = timeouts[w.below(len(timeouts))]
	}
	if w.percent(50) {
		c.Op = spec.OpPoll
	}
	if thread, ok := w.callBy(c); ok {
		w.blocked[thread] = true
	}
}

// join has another thread wait for an attempt that one waits for.
func (w *world) join() bool {
	for fd := int32(fdFirst); fd < fdFirst+fdCount; fd++ {
		s := w.at(fd)
		if s == nil || s.state != StateConnecting || s.waiting == 0 || s.nonblock {
			continue
		}
		c := spec.Call{Op: spec.OpConnect, FD: fd}
		w.named(&c, w.remote())
		if thread, ok := w.callBy(c); ok && c.AddrLen >= 2 && c.AddrLen <= 128 && c.Pointer == spec.PointerValid {
			w.blocked[thread] = true
		}
		return true
	}
	return false
}

// room is how many events epoll_wait is told to give.
const room = 8

// epoll makes an instance, or has it watch a descriptor, or asks it.
func (w *world) epoll(fd int32) {
	switch {
	case w.epfd == 0:
		if w.call(spec.Call{Op: spec.OpEpollCreate}) {
			w.epfd, _ = w.newFD(-1)
		}
	case w.percent(45):
		c := spec.Call{Op: spec.OpEpollCtl, FD: w.epfd, EpollCmd: spec.EpollAdd}
		if w.percent(25) {
			c.EpollCmd = [...]spec.EpollCmd{spec.EpollMod, spec.EpollDel}[w.below(2)]
		}
		f := spec.PollFD{FD: fd}
		if c.EpollCmd != spec.EpollDel {
			f.Events = [...]spec.PollEvents{
				spec.PollIn | spec.PollOut | spec.PollPri | spec.PollRdhup, spec.PollIn | spec.PollOut, spec.PollIn, spec.PollOut, 0,
			}[w.below(5)]
			c.EpollFlags = [...]spec.EpollFlags{0, 0, spec.EpollET, spec.EpollET, spec.EpollOneshot, spec.EpollET | spec.EpollOneshot}[w.below(6)]
		}
		c.Poll = []spec.PollFD{f}
		w.call(c)
	default:
		c := spec.Call{Op: spec.OpEpollWait, FD: w.epfd, Max: room}
		if w.percent(15) {
			w.waitEpoll(c)
			return
		}
		w.call(c)
	}
}

// waitEpoll adds an epoll_wait that may wait.
func (w *world) waitEpoll(c spec.Call) {
	c.Timeout = -1
	if w.slow {
		c.Timeout = timeouts[w.below(len(timeouts))]
	}
	if thread, ok := w.callBy(c); ok {
		w.blocked[thread] = true
	}
}
