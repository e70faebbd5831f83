// The chat as gevent-socketio's example was written: socket.io-client 0.9, one namespace, acknowledgements. Its events are
// those of the present page; what 0.9 has no use for (history, typing) is left out.
(function () {
  'use strict';

  var room = document.getElementById('chat').getAttribute('data-room');
  var status = document.getElementById('status');
  var lines = document.getElementById('lines');
  var message = document.getElementById('message');
  var nick = document.getElementById('nick');
  var nicknameForm = document.getElementById('set-nickname');
  var nicknameError = document.getElementById('nickname-error');
  var messageForm = document.getElementById('send-message');
  var nickname = null;

  var socket = io.connect('/chat');

  // What others wrote is text, never markup.
  function line(kind, who, text) {
    var paragraph = document.createElement('p');
    paragraph.className = kind;
    if (who) {
      var name = document.createElement('b');
      name.appendChild(document.createTextNode(who));
      paragraph.appendChild(name);
      paragraph.appendChild(document.createTextNode(': '));
    }
    paragraph.appendChild(document.createTextNode(text));
    lines.appendChild(paragraph);
    lines.scrollTop = lines.scrollHeight;
    return paragraph;
  }

  function takeNickname(wanted) {
    socket.emit('nickname', wanted, function (taken, answer) {
      nicknameError.hidden = taken;
      nicknameError.textContent = taken ? '' : answer;
      nickname = taken ? answer : null;
      nicknameForm.hidden = taken;
      messageForm.hidden = !taken;
      if (taken) message.focus();
    });
  }

  socket.on('connect', function () {
    socket.emit('join', room, function (joined) {
      status.textContent = joined ? 'Connected by ' + socket.socket.transport.name : 'This room has been removed';
      // After the connection was lost, the server has forgotten who was here.
      if (joined && nickname !== null) takeNickname(nickname);
    });
  });

  socket.on('announcement', function (text) {
    line('note', null, text);
  });

  socket.on('nicknames', function (nicknames) {
    document.getElementById('nicknames').textContent = nicknames.length ? 'Online: ' + nicknames.join(', ') : '';
  });

  socket.on('msg_to_room', function (from, text) {
    line('message', from, text);
  });

  socket.on('disconnect', function () {
    status.textContent = 'Disconnected';
  });
  socket.on('reconnecting', function () {
    status.textContent = 'Connecting …';
  });
  socket.on('connect_failed', function () {
    status.textContent = 'The connection was refused';
  });

  nicknameForm.onsubmit = function () {
    takeNickname(nick.value);
    return false;
  };

  messageForm.onsubmit = function () {
    var text = message.value;
    if (!/\S/.test(text)) return false;
    var mine = line('message own', nickname, text);
    message.value = '';
    socket.emit('user message', text, function (stored, answer) {
      mine.className += stored ? ' delivered' : ' failed';
      if (!stored) line('note', null, answer.message);
    });
    return false;
  };
})();
