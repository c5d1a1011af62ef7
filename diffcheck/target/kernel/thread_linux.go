package kernel

import (
	"bytes"
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
	state int // descriptor of /proc/self/task/TID/stat
	where int // of /proc/self/task/TID/syscall
	// awake is called after a return if the worker may be sleeping for it.
	sleeping *atomic.Bool
	awake    func()
}

// startThread starts one, in the network namespace if there is one, and waits
// until it is ready.
func startThread(cpu, net int, files *files, sleeping *atomic.Bool, awake func()) (*thread, error) {
	t := &thread{sleeping: sleeping, awake: awake}
	ready := make(chan error)
	go t.serve(cpu, net, files, ready)
	if err := <-ready; err != nil {
		return nil, err
	}
	return t, nil
}

// serve is the thread. It ends with its goroutine, being locked and having
// signals blocked: nobody else is to have it.
func (t *thread) serve(cpu, net int, files *files, ready chan<- error) {
	runtime.LockOSThread()
	err := t.settleIn(cpu, net, files)
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
			unix.Close(t.state)
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

func (t *thread) settleIn(cpu, net int, files *files) error {
	if net >= 0 {
		if err := unix.Setns(net, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("kernel: network namespace of the script: %w", err)
		}
	}
	// A signal that came while the thread is in poll(2) would end that with
	// EINTR: SIGURG of the runtime, which preempts goroutines by it, or what
	// somebody sends to the process.
	var all unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	for _, sig := range [...]uint{prodSignal, catchSignal, ignoreSignal} {
		all.Val[0] &^= 1 << (sig - 1)
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, nil); err != nil {
		return fmt.Errorf("kernel: signal mask: %w", err)
	}
	if err := pin(cpu); err != nil {
		return err
	}
	t.tid = unix.Gettid()
	for name, fd := range map[string]*int{"stat": &t.state, "syscall": &t.where} {
		var err error
		path := fmt.Sprintf("/proc/self/task/%d/%s", t.tid, name)
		if *fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return fmt.Errorf("kernel: %s: %w (needs /proc)", path, err)
		}
	}
	if files.missing != nil {
		return nil
	}
	return files.enter(true)
}

// processor gives the number of the processor with that index, modulo how many
// there are, among those that the process may use.
func processor(index int) (int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(unix.Getpid(), &set); err != nil {
		return 0, fmt.Errorf("kernel: processors of this process: %w", err)
	}
	index = max(index, 0) % max(set.Count(), 1)
	for cpu := range len(set) * 64 {
		if !set.IsSet(cpu) {
			continue
		}
		if index == 0 {
			return cpu, nil
		}
		index--
	}
	return 0, fmt.Errorf("kernel: the process may use no processor")
}

// pin keeps the calling thread on one processor, where all threads of a target
// are. A thread that was woken has then run, as far as it can, when the worker
// gets the processor back; and no thread is ever in the state between asleep
// and running that a wake-up from one processor to another goes through, which
// /proc cannot tell from asleep.
func pin(cpu int) error {
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
// stat says "S" for that, "R" from the moment that something wakes the thread,
// and "D" while it waits for a lock, which is no wait of the call's own. What
// it sleeps in is read after that it sleeps: it may be a lock of the Go runtime
// on the way back, and then the call is over.
func (t *thread) asleep() bool {
	var b [64]byte
	n := readAt(t.state, &b)
	i := bytes.LastIndexByte(b[:n], ')') // ends the name of the thread
	if i < 0 || i+2 >= n || b[i+2] != 'S' {
		return false
	}
	nr := uintptr(0)
	for _, c := range b[:readAt(t.where, &b)] {
		if c < '0' || c > '9' {
			break
		}
		nr = nr*10 + uintptr(c-'0')
	}
	return nr == t.q.nr
}

// readAt reads the beginning of a file of /proc as it is now.
func readAt(fd int, b *[64]byte) int {
	n, _, errno := syscall.RawSyscall6(unix.SYS_PREAD64, uintptr(fd), uintptr(unsafe.Pointer(b)), uintptr(len(b)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// prodSignal is a real-time signal that nobody else uses and that the runtime
// has a handler for, which ignores it.
const prodSignal = 40

// prod makes a call that sleeps start again, since the runtime's handlers have
// SA_RESTART; poll ends with EINTR (signal(7)).
func (t *thread) prod() { unix.Tgkill(unix.Getpid(), t.tid, prodSignal) }

func (t *thread) stop() { t.set(threadQuit) }

func yield() { syscall.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
