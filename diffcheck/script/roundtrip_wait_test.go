package script

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/spec"
	"pgregory.net/rapid"
)

// drawWaiting draws the arguments of select, the epoll calls and sigaction; it
// reports false for any other call.
func drawWaiting(t *rapid.T, c *spec.Call) bool {
	switch c.Op {
	case spec.OpSelect:
		for _, fd := range []int32{3, 5} {
			if e := drawSets(t); e != 0 {
				c.Poll = append(c.Poll, spec.PollFD{FD: fd, Events: e})
			}
		}
		c.Timeout = oneOf[int32](t, -1, 0, 1, 999, 1000, 61500)
	case spec.OpEpollCreate:
	case spec.OpEpollCtl:
		c.FD = oneOf[int32](t, -1, 4)
		c.EpollCmd = oneOf(t, spec.EpollAdd, spec.EpollMod, spec.EpollDel)
		f := spec.PollFD{FD: oneOf[int32](t, 3, 19)}
		if c.EpollCmd != spec.EpollDel {
			f.Events = drawEvents(t)
			c.EpollFlags = spec.EpollFlags(rapid.IntRange(0, 3).Draw(t, "flags"))
		}
		c.Poll = []spec.PollFD{f}
	case spec.OpEpollWait:
		c.FD, c.Max, c.Timeout = 4, oneOf[int32](t, 0, 8), oneOf[int32](t, -1, 0, 500)
	case spec.OpSigaction:
		c.Signal = oneOf(t, spec.SIGUSR1, spec.SIGUSR2)
		c.Disposition = oneOf(t, spec.SigDefault, spec.SigIgnore, spec.SigCatch, spec.SigRestart)
	default:
		return false
	}
	return true
}

func drawSets(t *rapid.T) spec.PollEvents {
	var e spec.PollEvents
	for _, set := range selectSets {
		if flip(t) {
			e |= set
		}
	}
	return e
}

func drawReady(t *rapid.T, c *spec.Call, w *Want) {
	w.HasOut = true
	if w.Result.Ret == 0 && c.Op == spec.OpSelect {
		return
	}
	for _, fd := range []int32{3, 5} {
		e := drawEvents(t)
		if c.Op == spec.OpSelect {
			e = drawSets(t)
		}
		if e != 0 {
			w.Result.Poll = append(w.Result.Poll, spec.PollFD{FD: fd, Revents: e})
		}
	}
	if c.Op == spec.OpSelect && len(w.Result.Poll) == 0 { // it counts what is set
		w.Result.Poll = []spec.PollFD{{FD: 3, Revents: spec.PollIn}}
	}
}

func drawValue(t *rapid.T, o spec.SockOption) int32 {
	switch formOf(o) {
	case formTimeval:
		return rapid.Int32Range(0, 1_999_999).Draw(t, "milliseconds")
	case formLinger:
		return rapid.Int32Range(-1, 3600).Draw(t, "seconds")
	}
	return int32(oneOf(t, spec.DeviceNone, spec.DeviceLo, spec.DeviceEth0, spec.DeviceAbsent))
}

// strace's own lines are read, and printed in one form.
func TestSignalLines(t *testing.T) {
	src := strings.Join([]string{
		`0 rt_sigaction(SIGUSR1, {sa_handler=0x55d0c0ffee00, sa_mask=[], sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x7f0000001000}, NULL, 8) = 0`,
		`0 rt_sigaction(SIGUSR2, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}, NULL, 8) = 0`,
		`+0 [pid 1] --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=4242, si_uid=0} ---`,
		`+0 --- SIGUSR2 {si_signo=SIGUSR2} ---`,
	}, "\n")
	s, err := Parse("signals", []byte(src))
	if err != nil {
		t.Fatalf("Parse of %s\nerror %v", src, err)
	}
	e := s.Events
	if e[0].Call.Disposition != spec.SigRestart || e[1].Call.Disposition != spec.SigIgnore {
		t.Errorf("the dispositions are %v and %v, want %v and %v", e[0].Call.Disposition, e[1].Call.Disposition, spec.SigRestart, spec.SigIgnore)
	}
	for i, want := range map[int]string{
		0: `+0 rt_sigaction(SIGUSR1, {sa_handler=0x401000, sa_mask=[], sa_flags=SA_RESTART}, NULL, 8) = 0`,
		2: `+0 [pid 1] --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL} ---`,
		3: `+0 --- SIGUSR2 {si_signo=SIGUSR2, si_code=SI_TKILL} ---`,
	} {
		if got := FormatEvent(&e[i]); got != want {
			t.Errorf("event %d prints as\n%s\nwant\n%s", i, got, want)
		}
	}
}

// A signal that would end the process is refused, with its line.
func TestDeadlySignal(t *testing.T) {
	for _, src := range []string{
		"0 --- SIGUSR1 {} ---",
		"0 rt_sigaction(SIGUSR1, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, NULL, 8) = 0\n+0 --- SIGUSR1 {} ---",
		"0 rt_sigaction(SIGUSR2, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}, NULL, 8) = 0\n+0 --- SIGUSR1 {} ---",
	} {
		_, err := Parse("x.pkt", []byte(src))
		if err == nil || !strings.Contains(err.Error(), "SIGUSR1 would end the process") {
			t.Errorf("Parse of %q: error %v, want one that says SIGUSR1 would end the process", src, err)
		}
	}
}
