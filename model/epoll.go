package model

import "github.com/connspec/connspec/spec"

// epoll of Linux: what one instance watches, and what is on its ready list.

// InterestsMax is how many entries the one instance of a world has.
const InterestsMax = 3

// Interest is one entry of an epoll instance; the zero Interest is none.
type Interest struct {
	Slot   uint8 // of the socket, + 1
	FD     uint8 // the descriptor it was added by
	Events uint8 // of [spec.PollEvents]
	Marks  InterestMarks
}

// InterestMarks are the properties of an entry.
type InterestMarks uint8

const (
	Edge    InterestMarks = 1 << iota // EPOLLET
	Oneshot                           // EPOLLONESHOT
	Spent                             // EPOLLONESHOT, and it has reported
	Listed                            // on the ready list: to be looked at by the next epoll_wait
)

func (i *Interest) has(m InterestMarks) bool { return i.Marks&m != 0 }

// isSocket says whether the descriptor refers to a socket.
func (f File) isSocket() bool { return f != FileNone && f < FileOther }

// interest finds the entry of a descriptor, nil for none.
func (w *World) interest(fd int32) *Interest {
	for i := range w.Interests {
		if n := &w.Interests[i]; n.Slot != 0 && int32(n.FD) == fd && w.file(fd) == File(n.Slot) {
			return n
		}
	}
	return nil
}

// poke puts the entries of a socket on the ready list, as a wake-up with these
// events does (ep_poll_callback); 0 stands for one that names none.
func (m *move) poke(s *Socket, events spec.PollEvents) {
	if m.w.Interests[0].Slot == 0 {
		return
	}
	slot := m.slotOf(s)
	for i := range m.w.Interests {
		n := &m.w.Interests[i]
		if n.Slot == slot+1 && !n.has(Spent) && (events == 0 || uint8(events)&(n.Events|epollAlways) != 0) {
			n.Marks |= Listed
		}
	}
}

// arrived is what the arrival of data, or of a connection, wakes for
// (sock_def_readable).
const arrived = spec.PollIn | spec.PollPri

// epollAlways are the events that nobody need ask for.
const epollAlways = uint8(spec.PollErr | spec.PollHup)

// shows is what the entry would report now.
func (m *move) shows(n *Interest) spec.PollEvents {
	if n.has(Spent) {
		return 0
	}
	return m.pollAny(&m.w.Sockets[n.Slot-1]) & spec.PollEvents(n.Events|epollAlways)
}

// anyListed says whether epoll_wait would report something.
func (m *move) anyListed() bool {
	for i := range m.w.Interests {
		if n := &m.w.Interests[i]; n.Slot != 0 && n.has(Listed) && m.shows(n) != 0 {
			return true
		}
	}
	return false
}

// report empties the ready list: what shows nothing by now leaves it, what is
// reported leaves it too if it is edge triggered (ep_send_events). The entries
// come by descriptor.
func (m *move) report() {
	var r Return
	for last := uint8(0); ; {
		n := m.w.nextInterest(last)
		if n == nil {
			break
		}
		last = n.FD
		if !n.has(Listed) {
			continue
		}
		mask := m.shows(n)
		if mask == 0 || n.has(Edge|Oneshot) {
			n.Marks &^= Listed
		}
		if mask == 0 {
			continue
		}
		if n.has(Oneshot) {
			n.Marks |= Spent
		}
		r.Revents[r.Ret] = mask
		r.Value |= int32(n.FD) << (8 * r.Ret)
		r.Ret++
	}
	m.result(r)
}

// nextInterest is the entry with the lowest descriptor above last.
func (w *World) nextInterest(last uint8) *Interest {
	var next *Interest
	for i := range w.Interests {
		if n := &w.Interests[i]; n.Slot != 0 && n.FD > last && (next == nil || n.FD < next.FD) {
			next = n
		}
	}
	return next
}

// unwatch follows the close of a descriptor: the entries of a socket go with
// it, those of an instance with its last descriptor. An entry whose descriptor
// is closed while its socket lives on is not modelled.
func (m *move) unwatch(f File) {
	if m.w.Interests[0].Slot == 0 {
		return
	}
	for _, other := range m.w.FDs {
		if other == f {
			if f.isSocket() {
				m.leave(LeftPoll)
			}
			return
		}
	}
	if f.isSocket() && m.w.held(uint8(f)-1) {
		m.leave(LeftPoll)
		return
	}
	kept := 0
	for _, n := range m.w.Interests {
		if f != FileEpoll && n.Slot != 0 && File(n.Slot) != f {
			m.w.Interests[kept] = n
			kept++
		}
	}
	for ; kept < InterestsMax; kept++ {
		m.w.Interests[kept] = Interest{}
	}
}
