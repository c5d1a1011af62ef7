package kernel

import (
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// select and epoll.

// setWords is the length of a set of select, in words; setMax the descriptors
// it has room for.
const (
	setWords = 64
	setMax   = setWords * 64
)

// closedInSet stands for a closed descriptor in a set: select ignores numbers
// beyond the process's table and looks at those within, so this one is within
// (see widenTable) and never given away.
const closedInSet = 1023

// widenTable makes the process's table of descriptors hold closedInSet.
func widenTable(fd int) error {
	high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 1000)
	if err != nil {
		return err
	}
	return unix.Close(high)
}

// The sets by the events of poll that stand for them in package spec.
var selectSets = [...]spec.PollEvents{spec.PollIn, spec.PollOut, spec.PollPri}

type fdSets [len(selectSets)][setWords]uint64

func (q *request) selects(c *spec.Call, d *descriptors) {
	if q.sets == nil {
		q.sets = new(fdSets)
	}
	*q.sets = fdSets{}
	q.events = c.Poll
	n := uintptr(0)
	for i, p := range c.Poll {
		real := d.number(p.FD)
		if real >= setMax {
			real = closedInSet
		}
		q.polls[i].Fd = int32(real)
		n = max(n, real+1)
		for s, bit := range selectSets {
			if p.Events&bit != 0 {
				q.sets[s][real/64] |= 1 << (real % 64)
			}
		}
	}
	q.nr = unix.SYS_SELECT
	q.args = [6]uintptr{n}
	for s, bit := range selectSets {
		if slices.ContainsFunc(c.Poll, func(p spec.PollFD) bool { return p.Events&bit != 0 }) {
			q.args[1+s] = uintptr(unsafe.Pointer(&q.sets[s]))
		}
	}
	if c.Timeout >= 0 {
		q.timeval = unix.NsecToTimeval(int64(c.Timeout) * 1e6)
		q.args[4] = uintptr(unsafe.Pointer(&q.timeval))
	}
}

func (q *request) selected() []spec.PollFD {
	out := slices.Clone(q.events)
	for i, p := range out {
		real := q.polls[i].Fd
		for s, bit := range selectSets {
			if p.Events&bit != 0 && q.sets[s][real/64]&(1<<(real%64)) != 0 {
				out[i].Revents |= bit
			}
		}
	}
	return out
}

// epoll prepares epoll_create1, epoll_ctl and epoll_wait.
func (q *request) epoll(c *spec.Call, d *descriptors) {
	a := &q.args
	switch c.Op {
	case spec.OpEpollCreate:
		q.opened = file{}
		q.nr, a[0] = unix.SYS_EPOLL_CREATE1, unix.EPOLL_CLOEXEC
	case spec.OpEpollCtl:
		f := c.Poll[0]
		q.ready[0] = unix.EpollEvent{Events: uint32(toPoll(f.Events)) | epollFlags(c.EpollFlags), Fd: f.FD}
		q.nr, a[1], a[2], a[3] = unix.SYS_EPOLL_CTL, number(epollCmds[:], c.EpollCmd), d.number(f.FD), uintptr(unsafe.Pointer(&q.ready))
	case spec.OpEpollWait:
		// The newest way to wait, which every architecture has.
		q.nr, a[1], a[2], a[3] = unix.SYS_EPOLL_PWAIT, uintptr(unsafe.Pointer(&q.ready)), uintptr(min(c.Max, target.PollMax)), uintptr(c.Timeout)
		if c.Timeout < 0 {
			a[3] = ^uintptr(0)
		}
	}
}

var epollCmds = [...]uintptr{spec.EpollAdd: unix.EPOLL_CTL_ADD, spec.EpollDel: unix.EPOLL_CTL_DEL, spec.EpollMod: unix.EPOLL_CTL_MOD}

func epollFlags(f spec.EpollFlags) (n uint32) {
	if f&spec.EpollET != 0 {
		n |= unix.EPOLLET
	}
	if f&spec.EpollOneshot != 0 {
		n |= unix.EPOLLONESHOT
	}
	return n
}

// waited are the events of epoll_wait, by descriptor: their order is not
// compared.
func (q *request) waited() []spec.PollFD {
	var out []spec.PollFD
	for _, e := range q.ready[:q.ret] {
		out = append(out, spec.PollFD{FD: e.Fd, Revents: fromPoll(int16(e.Events))})
	}
	slices.SortFunc(out, func(a, b spec.PollFD) int { return int(a.FD) - int(b.FD) })
	return out
}
