package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// used reads the CPU clock of a process, exact to the nanosecond and with the
// threads that have ended, and its peak of resident memory.
func (p *process) used() (usage, error) {
	pid := p.cmd.Process.Pid
	var t unix.Timespec
	// The clock of another process, as clock_getcpuclockid(3) makes it.
	if err := unix.ClockGettime(int32(^pid<<3|2), &t); err != nil {
		return usage{}, fmt.Errorf("CPU clock of %d: %w", pid, err)
	}
	u := usage{cpu: time.Duration(t.Nano())}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			u.peak = kb << 10
			return u, err
		}
	}
	return u, nil
}

// resetPeak makes the peak the memory resident now.
func (p *process) resetPeak() {
	// Where the kernel refuses, the peak is that of the whole life.
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}

// endsWithUs: no server outlives a harness that was killed.
func endsWithUs(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// machine describes where the numbers were taken.
func machine() map[string]string {
	out := map[string]string{}
	if raw, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(raw)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				out["cpu"] = strings.TrimSpace(value)
				break
			}
		}
	}
	if raw, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(raw)) {
			if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
				kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64) // 0 where it cannot be read
				out["ram"] = fmt.Sprintf("%.1f GiB", kb/(1<<20))
			}
		}
	}
	return out
}

// loadAverage is the load of the last minute, "" if unknown.
func loadAverage() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.Fields(string(raw))[0]
}
