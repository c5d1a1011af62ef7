package sock

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

// The ready list of an epoll instance: what lists an entry, and what takes it off.

// list puts an entry on the ready list, at its end (ep_poll_callback). Calls
// that wait for the instance are tried again, and who watches it hears of it.
func (l *Layer) list(k int32) {
	it := l.interests.at(k)
	if it.listed {
		return
	}
	l.relist(k)
	l.pollsDue = true
	l.poke(l.epolls.at(it.epoll).file, spec.PollIn)
}

// relist is list where nobody need hear of it.
func (l *Layer) relist(k int32) {
	it := l.interests.at(k)
	ready := &l.epolls.at(it.epoll).ready
	it.listed, it.nextReady, it.prevReady = true, 0, ready.last
	if ready.last != 0 {
		l.interests.at(ready.last).nextReady = k
	} else {
		ready.first = k
	}
	ready.last = k
}

func (l *Layer) unlist(k int32) {
	it := l.interests.at(k)
	if !it.listed {
		return
	}
	ready := &l.epolls.at(it.epoll).ready
	if it.prevReady != 0 {
		l.interests.at(it.prevReady).nextReady = it.nextReady
	} else {
		ready.first = it.nextReady
	}
	if it.nextReady != 0 {
		l.interests.at(it.nextReady).prevReady = it.prevReady
	} else {
		ready.last = it.prevReady
	}
	it.listed, it.nextReady, it.prevReady = false, 0, 0
}

// poke is a wake-up of file n with these events, or with none that it names: the
// entries that asked for one of them are listed.
func (l *Layer) poke(n int32, events spec.PollEvents) {
	if n == 0 {
		return
	}
	for k := l.files.at(n).watch; k != 0; k = l.interests.at(k).nextOfFile {
		if it := l.interests.at(k); !it.spent && (events == 0 || events&(it.events|always) != 0) {
			l.list(k)
		}
	}
}

// shows is what an entry would report now.
func (l *Layer) shows(it *interest) spec.PollEvents {
	if it.spent {
		return 0
	}
	asked := it.events | always
	return l.readiness(l.files.at(it.file), asked) & asked
}

func (l *Layer) anyReady(i int32) bool {
	for k := l.epolls.at(i).ready.first; k != 0; k = l.interests.at(k).nextReady {
		if l.shows(l.interests.at(k)) != 0 {
			return true
		}
	}
	return false
}

// report takes entries off the ready list, up to most that show something. One
// that is not edge triggered goes to the end of the list again (ep_send_events).
// The result is in the memory of out, by descriptor.
func (l *Layer) report(i, most int32, out []spec.PollFD) spec.Result {
	out = out[:0]
	last := l.epolls.at(i).ready.last
	for k := l.epolls.at(i).ready.first; k != 0 && int32(len(out)) < most; {
		it := l.interests.at(k)
		next, shown := it.nextReady, l.shows(it)
		if k == last {
			next = 0
		}
		l.unlist(k)
		if shown != 0 {
			out = append(out, spec.PollFD{FD: it.fd, Revents: shown})
			switch {
			case it.flags&spec.EpollOneshot != 0:
				it.spent = true
			case it.flags&spec.EpollET == 0:
				l.relist(k)
			}
		}
		k = next
	}
	slices.SortFunc(out, func(a, b spec.PollFD) int { return int(a.FD - b.FD) })
	return spec.Result{Ret: int32(len(out)), Poll: out}
}
