package kernel

import (
	"fmt"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// Dispositions belong to the process, and several targets share one. So a
// script's signal is delivered as one of three real-time signals, each with a
// disposition of its own that never changes, whichever the script's has at the
// time. Nobody else uses these signals. See docs/decisions/0011-signals.md.
const (
	restartSignal = prodSignal     // the runtime's handler, which has SA_RESTART
	catchSignal   = prodSignal + 1 // the same handler without SA_RESTART
	ignoreSignal  = prodSignal + 2 // SIG_IGN
)

// sigaction is struct sigaction of the kernel as words: the handler comes
// first and the flags second on every 64-bit architecture; what follows is
// kept as it is found.
type sigaction [8]uintptr

const (
	sigactionFlags = 1          // index of sa_flags
	saRestart      = 0x10000000 // SA_RESTART
	sigIgn         = 1          // SIG_IGN
	sigsetSize     = 8
)

// disposeSignals gives the signals their dispositions, once per process.
var disposeSignals = sync.OnceValue(func() error {
	if err := alterSignal(catchSignal, func(a *sigaction) { a[sigactionFlags] &^= saRestart }); err != nil {
		return err
	}
	return alterSignal(ignoreSignal, func(a *sigaction) { a[0] = sigIgn })
})

func alterSignal(sig uintptr, alter func(*sigaction)) error {
	var a sigaction
	p := uintptr(unsafe.Pointer(&a))
	if _, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, sig, 0, p, sigsetSize, 0, 0); errno != 0 {
		return fmt.Errorf("kernel: read the disposition of signal %d: %w", sig, errno)
	}
	alter(&a)
	if _, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, sig, p, 0, sigsetSize, 0, 0); errno != 0 {
		return fmt.Errorf("kernel: set the disposition of signal %d: %w", sig, errno)
	}
	return nil
}

// dispose is the script's sigaction.
func (k *Target) dispose(ev *script.Event) error {
	if err := disposeSignals(); err != nil {
		return err
	}
	k.dispositions[ev.Call.Signal] = ev.Call.Disposition
	k.own, k.ownBy = &k.main, ev.Thread
	k.main = request{op: spec.OpSigaction, buffer: k.main.buffer, sets: k.main.sets}
	return nil
}

// signal delivers a signal to one thread. A thread that is in no call runs the
// handler unseen, so nothing is sent to it.
func (k *Target) signal(ev *script.Event) error {
	if ev.Thread >= len(k.threads) || k.threads[ev.Thread] == nil || !k.threads[ev.Thread].busy {
		return nil
	}
	var sig unix.Signal
	switch k.dispositions[ev.Signal] {
	case spec.SigRestart:
		sig = restartSignal
	case spec.SigCatch:
		sig = catchSignal
	case spec.SigIgnore:
		sig = ignoreSignal
	default:
		return target.Refuse(ev, "%s would end the process", ev.Signal)
	}
	if err := unix.Tgkill(unix.Getpid(), k.threads[ev.Thread].tid, sig); err != nil {
		return fmt.Errorf("kernel: signal thread %d: %w", ev.Thread, err)
	}
	return nil
}
