package transfer_test

import (
	"encoding/json"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/simnet"
	"github.com/connspec/connspec/impl/netconn"
)

// nc sends a file to impl and prints what comes back: the file again.
func TestNetcat(t *testing.T) {
	nc := program(t, "nc", "netcat-openbsd")
	m, f := start(t, simnet.Link{}), newFile(*size, 6)
	l := m.listen(t, 7)
	echoed := make(chan error)
	go func() {
		c, err := l.Accept()
		if err == nil {
			if _, err = copyAll(c, c); err == nil {
				err = c.(*netconn.Conn).CloseWrite()
			}
			c.Close()
		}
		echoed <- err
	}()
	p := command(nc, "-N", lab.Gateway.String(), "7")
	p.Stdin = f
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.in(t, m)
	got := crc64.New(crc)
	n, err := copyAll(got, out)
	if err != nil {
		t.Error(err)
	}
	p.end(t)
	if err := <-echoed; err != nil {
		t.Error(err)
	}
	rate(t, "nc", n, began)
	f.same(t, n, *size, got)
}

// iperf3 measures through impl, which relays, in both directions. Its own check
// is the amount; each byte is checked in the other tests.
func TestIperf3(t *testing.T) {
	iperf := program(t, "iperf3", "iperf3")
	m := start(t, simnet.Link{})
	const port = 5201
	m.serve(t, command(iperf, "-s", "-B", lab.Own.Addr().String(), "-p", fmt.Sprint(port)), port)
	m.relay(t, port)
	for _, way := range []string{"forward", "reverse"} {
		args := []string{"-c", lab.Gateway.String(), "-p", fmt.Sprint(port), "-n", fmt.Sprint(*size), "-J"}
		if way == "reverse" {
			args = append(args, "-R")
		}
		p := command(iperf, args...)
		out, err := p.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		p.in(t, m)
		text, err := io.ReadAll(out)
		if err != nil {
			t.Error(err)
		}
		p.end(t)
		var report struct {
			End struct {
				Received struct {
					Bytes int64   `json:"bytes"`
					Rate  float64 `json:"bits_per_second"`
				} `json:"sum_received"`
			} `json:"end"`
		}
		if err := json.Unmarshal(text, &report); err != nil {
			t.Fatalf("iperf3 says %s: %v", text, err)
		}
		t.Logf("%s: %d bytes, %.2f Gb/s", way, report.End.Received.Bytes, report.End.Received.Rate*1e-9)
		if got := report.End.Received.Bytes; got < *size/2 { // the rest is on its way when the client stops counting
			t.Errorf("%s: %d bytes were received of %d", way, got, *size)
		}
	}
}

// ssh logs in through impl, which relays, and copies a file there and back.
func TestSSH(t *testing.T) {
	ssh := program(t, "ssh", "openssh-client")
	keygen := program(t, "ssh-keygen", "openssh-client")
	sshd := program(t, "sshd", "openssh-server") // by its full name, as sshd wants
	unshare := program(t, "unshare", "util-linux")
	if os.Getuid() != 0 {
		t.Skip("needs root: sshd does")
	}
	dir := t.TempDir()
	for _, name := range []string{"host", "user"} {
		if out, err := exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, out)
		}
	}
	m, f := start(t, simnet.Link{}), newFile(*size, 7)
	const port = 2222
	// sshd wants a directory and a user that only its package makes: it gets
	// them in a mount namespace of its own.
	const prepare = `set -e
mount -t tmpfs none /run
mkdir -m 755 /run/sshd
printf 'root:x:0:0:root:/root:/bin/sh\nsshd:x:61235:61235::/run/sshd:/bin/false\n' >"$0/passwd"
printf 'root:*:1::::::\n' >"$0/shadow"
mount --bind "$0/passwd" /etc/passwd
mount --bind "$0/shadow" /etc/shadow
exec "$@"`
	m.serve(t, command(unshare, "--mount", "sh", "-c", prepare, dir,
		sshd, "-D", "-e", "-f", "/dev/null", "-p", fmt.Sprint(port), "-h", filepath.Join(dir, "host"),
		"-o", "AuthorizedKeysFile="+filepath.Join(dir, "user.pub"), "-o", "StrictModes=no", "-o", "UsePAM=no",
		"-o", "PermitRootLogin=yes", "-o", "PidFile=none"), port)
	m.relay(t, port)
	p := command(ssh, "-p", fmt.Sprint(port), "-i", filepath.Join(dir, "user"), "-F", "none", "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
		"root@"+lab.Gateway.String(), "cat")
	p.Stdin = f
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.in(t, m)
	got := crc64.New(crc)
	n, err := copyAll(got, out)
	if err != nil {
		t.Error(err)
	}
	p.end(t)
	rate(t, "ssh", n, began)
	f.same(t, n, *size, got)
}
