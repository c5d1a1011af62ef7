package kernel

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a thread's word says.
const (
	threadIdle      uint32 = iota
	threadRequested        // there is a call to make
	threadReturned         // the call has returned; the worker has not seen it
	threadQuit
)

// thread makes the calls of one thread of a script that may block. It has an
// operating system thread of its own and sleeps on a futex in between: the way
// through a channel and the scheduler costs several times as much.
type thread struct {
	q     request
	busy  bool   // the worker waits for a return
	word  uint32 // futex; atomic
	tid   int
	where int // descriptor of /proc/self/task/TID/syscall
	// awake is called after a return if the worker may be sleeping for it.
	sleeping *atomic.Bool
	awake    func()
}

// startThread starts one and waits until it is ready.
func startThread(cpu int, sleeping *atomic.Bool, awake func()) (*thread, error) {
	t := &thread{sleeping: sleeping, awake: awake}
	ready := make(chan error)
	go t.serve(cpu, ready)
	if err := <-ready; err != nil {
		return nil, err
	}
	return t, nil
}

// serve is the thread. It ends with its goroutine, being locked and having
// signals blocked: nobody else is to have it.
func (t *thread) serve(cpu int, ready chan<- error) {
	runtime.LockOSThread()
	err := t.settleIn(cpu)
	ready <- err
	if err != nil {
		return
	}
	for {
		seen := atomic.LoadUint32(&t.word)
		switch seen {
		case threadRequested:
			q := &t.q
			q.ret, _, q.errno = syscall.Syscall6(q.nr, q.args[0], q.args[1], q.args[2], q.args[3], q.args[4], q.args[5])
			atomic.StoreUint32(&t.word, threadReturned)
			if t.sleeping.Load() {
				t.awake()
			}
		case threadQuit:
			unix.Close(t.where)
			return
		default:
			syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&t.word)), futexWait, uintptr(seen), 0, 0, 0)
		}
	}
}

const (
	futexWait = 0 | 128 // FUTEX_WAIT | FUTEX_PRIVATE_FLAG
	futexWake = 1 | 128
)

func (t *thread) settleIn(cpu int) error {
	// The runtime preempts goroutines by SIGURG. One that came while the
	// thread is in poll(2) would end that with EINTR.
	var urgent unix.Sigset_t
	urgent.Val[0] = 1 << (unix.SIGURG - 1)
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &urgent, nil); err != nil {
		return fmt.Errorf("kernel: signal mask: %w", err)
	}
	if err := pin(cpu); err != nil {
		return err
	}
	t.tid = unix.Gettid()
	fd, err := unix.Open(fmt.Sprintf("/proc/self/task/%d/syscall", t.tid), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("kernel: %w (needs /proc)", err)
	}
	t.where = fd
	return nil
}

// pin keeps the calling thread on one processor; negative leaves it free. With
// the worker and its threads on one, a thread that was woken has run, as far
// as it can, when the worker gets the processor back.
func pin(cpu int) error {
	if cpu < 0 {
		return nil
	}
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("kernel: pin to processor %d: %w", cpu, err)
	}
	return nil
}

// unpin gives the calling thread all processors back.
func unpin() error {
	var set unix.CPUSet
	for i := range len(set) * 64 {
		set.Set(i)
	}
	return unix.SchedSetaffinity(0, &set)
}

// begin hands the prepared call to the thread.
func (t *thread) begin() {
	t.busy = true
	t.set(threadRequested)
}

func (t *thread) set(word uint32) {
	atomic.StoreUint32(&t.word, word)
	syscall.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&t.word)), futexWake, 1, 0, 0, 0)
}

// returned reports whether the call is over.
func (t *thread) returned() bool { return atomic.LoadUint32(&t.word) == threadReturned }

// collect ends the call for the worker.
func (t *thread) collect() {
	t.busy = false
	atomic.StoreUint32(&t.word, threadIdle)
}

// asleep reports whether the kernel has put the thread to sleep in its call.
// The file says "running", or the number of the system call that the thread
// sleeps in; a thread that the kernel has woken is running from then on, also
// before it gets a processor.
func (t *thread) asleep() bool {
	var b [16]byte
	n, _, errno := syscall.RawSyscall6(unix.SYS_PREAD64, uintptr(t.where), uintptr(unsafe.Pointer(&b)), uintptr(len(b)), 0, 0, 0)
	if errno != 0 || n == 0 || b[0] < '0' || b[0] > '9' {
		return false
	}
	nr := uintptr(0)
	for _, c := range b[:n] {
		if c < '0' || c > '9' {
			break
		}
		nr = nr*10 + uintptr(c-'0')
	}
	return nr == t.q.nr
}

// prod makes a call that sleeps look at its situation again: one on a closed
// descriptor then fails with EBADF, and poll with EINTR. The signal means
// nothing to diffcheck.
func (t *thread) prod() { unix.Tgkill(unix.Getpid(), t.tid, unix.SIGWINCH) }

func (t *thread) stop() { t.set(threadQuit) }

func yield() { syscall.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
