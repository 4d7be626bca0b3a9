"""Where code that is not ours runs: the sandbox, the kernel provisioner, the notebook runner."""
