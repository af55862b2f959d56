"""What is right: calendar, deadlines, states, routing. Plain Python, no Django, no clock."""
