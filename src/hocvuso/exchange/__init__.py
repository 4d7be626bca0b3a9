"""What passes between learner and grader: answers, submissions, signed receipts."""
